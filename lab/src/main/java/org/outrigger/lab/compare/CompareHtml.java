package org.outrigger.lab.compare;

import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.environment.Fact;
import org.outrigger.lab.html.Axis;
import org.outrigger.lab.html.Bars;
import org.outrigger.lab.html.Block;
import org.outrigger.lab.html.Chart;
import org.outrigger.lab.html.Intervals;
import org.outrigger.lab.html.Lines;
import org.outrigger.lab.html.Page;
import org.outrigger.lab.html.RawValues;
import org.outrigger.lab.html.Section;
import org.outrigger.lab.html.Unit;
import org.outrigger.lab.stats.Better;
import org.outrigger.lab.stats.Comparison;
import org.outrigger.lab.stats.Estimate;
import org.outrigger.lab.stats.Sample;
import org.outrigger.lab.stats.Verdict;

/** A comparison as a page with pictures; {@code docs/reports.md} tells how to read them. */
public final class CompareHtml {
    private static final String NONE = "\u2013";
    private static final double PERCENT = 100;
    private static final int FEW_LOADS = 2;

    private final CompareReport report;
    private final List<String> arms;
    private final List<String> loads;

    private CompareHtml(CompareReport report) {
        this.report = report;
        this.arms = report.request().arms().stream().map(Arm::label).toList();
        this.loads = report.loads().stream().map(load -> load.load().label()).toList();
    }

    /**
     * Lays a report out.
     *
     * @param version of Outrigger
     */
    public static Page page(CompareReport report, String version) {
        CompareHtml html = new CompareHtml(report);
        CompareRequest request = report.request();
        List<Section> sections = new ArrayList<>();
        sections.add(html.answers());
        report.metrics().stream().filter(Metric::judged).map(html::judged).forEach(sections::add);
        sections.add(html.figures());
        sections.add(html.machine(version));
        sections.add(new Section("Data", List.of(new Block.Raw(html.raw()))));
        return new Page("Comparison of " + String.join(" ", request.command()),
                report.start().truncatedTo(ChronoUnit.SECONDS).toString().replace("T", " ").replace("Z", " UTC, ")
                + report.duration().toSeconds() + " s, " + report.rounds() + " rounds after " + request.warmUps()
                + (request.warmUps() == 1 ? " warm-up" : " warm-ups") + "; outrigger " + version + " on "
                + report.environment().cpu() + ", Linux "
                + report.environment().kernel(), html.arms, sections);
    }

    private Section answers() {
        List<Block> blocks = new ArrayList<>();
        if (report.interrupted()) {
            blocks.add(new Block.Finding("ended early", Block.Tone.EVEN, "This is what had been measured by then: "
                    + report.rounds()
                    + " of " + report.request().rounds() + " rounds."));
        }
        for (Finding finding : report.findings()) {
            Verdict verdict = finding.comparison().verdict();
            blocks.add(new Block.Finding(verdict.word(), verdict == Verdict.FASTER ? Block.Tone.GOOD
                    : verdict == Verdict.SLOWER ? Block.Tone.BAD : Block.Tone.EVEN, finding.sentence()));
        }
        if (report.verdicts() > 0) {
            blocks.add(new Block.Paragraph(String.format(Locale.ROOT, "Intervals are of %.4g %%%s.",
                    report.confidence() * PERCENT,
                    report.verdicts() == 1 ? "" : " each, so that all " + report.verdicts()
                            + " verdicts together are right in 95 % of comparisons")));
        }
        return new Section("Answer", blocks);
    }

    /** The pictures of a figure by which arms are judged. */
    private Section judged(Metric metric) {
        List<Block> blocks = new ArrayList<>();
        List<Chart> bars = new ArrayList<>();
        List<List<Optional<Bars.Bar>>> means = bars(metric, sample -> new Bars.Bar(sample.mean(), sample.min(), sample.max()));
        if (means.stream().flatMap(List::stream).flatMap(Optional::stream).allMatch(bar -> bar.low() >= 0)) {
            bars.add(new Bars("Mean and range", "load", loads, Bars.axis(metric.what(), unit(metric), means), arms, means));
            List<List<Optional<Bars.Bar>>> spread = bars(metric, sample -> Bars.Bar.of(farthest(sample) * PERCENT));
            bars.add(new Bars("Variation", "load", loads, Bars.axis("variation", Unit.PERCENT, spread), arms,
                    spread));
            blocks.add(new Block.Figure("First: the mean of the runs, with a line from the smallest to the largest."
                    + " Second: how far the run that is farthest from the mean lies from it, in per cent of the mean.",
                    loads.size() <= FEW_LOADS ? 2 : 1, bars));
        }
        List<Chart> runs = new ArrayList<>();
        axis(metric).ifPresent(axis -> report.loads().forEach(load -> runs.add(runs(load, metric, axis))));
        ratios(metric).ifPresent(intervals -> blocks.add(new Block.Figure("The typical ratio of each arm to " + arms.get(0)
                + " in a round, with its confidence interval. An interval that reaches the dashed line"
                + (report.request().threshold() > 0 ? " or the shaded band" : "") + " tells no difference.", 1,
                List.of(intervals))));
        if (!runs.isEmpty()) {
            blocks.add(new Block.Figure("Run after run: a drift hits all arms alike, a disturbance one run."
                    + " The vertical axis need not begin at 0.", runs.size() == 1 ? 1 : 2, runs));
        }
        return new Section(Character.toUpperCase(metric.what().charAt(0)) + metric.what().substring(1), blocks);
    }

    /** How far a value lies from the mean at most, as a part of the mean; 0 where the mean is. */
    private static double farthest(Sample sample) {
        double mean = sample.mean();
        return mean == 0 ? 0 : Math.max(sample.max() / mean - 1, 1 - sample.min() / mean);
    }

    private interface Drawn {
        Bars.Bar of(Sample sample);
    }

    private List<List<Optional<Bars.Bar>>> bars(Metric metric, Drawn bar) {
        return report.loads().stream().map(load -> load.arms().stream().map(arm ->
                arm.sample(metric).map(bar::of)).toList()).toList();
    }

    /** An axis around all values of a figure, the same beside every load; none where there is no value. */
    private Optional<Axis> axis(Metric metric) {
        List<Sample> samples = report.loads().stream().flatMap(load -> load.arms().stream())
                .flatMap(arm -> arm.sample(metric).stream()).toList();
        return samples.isEmpty() ? Optional.empty() : Optional.of(Axis.around(metric.what(), unit(metric),
                samples.stream().mapToDouble(Sample::min).min().orElseThrow(),
                samples.stream().mapToDouble(Sample::max).max().orElseThrow()));
    }

    private Chart runs(LoadRuns load, Metric metric, Axis up) {
        int rounds = report.request().rounds();
        List<Lines.Line> lines = new ArrayList<>();
        for (ArmRuns arm : load.arms()) {
            double[] values = arm.values(metric, rounds);
            int[] known = IntStream.range(0, rounds).filter(round -> !Double.isNaN(values[round])).toArray();
            lines.add(new Lines.Line(arm.arm().label(), Arrays.stream(known).mapToDouble(round -> round + 1).toArray(),
                    Arrays.stream(known).mapToDouble(round -> values[round]).toArray()));
        }
        return new Lines(title("Run after run", load), new Axis("round", Unit.PLAIN, Axis.Scale.LINEAR, 0.5, rounds + 0.5), up,
                Lines.Style.JOINED, lines);
    }

    private Optional<Chart> ratios(Metric metric) {
        List<Intervals.Row> rows = new ArrayList<>();
        double threshold = report.request().threshold();
        double low = 1 / (1 + threshold);
        double high = 1 + threshold;
        for (LoadRuns load : report.loads()) {
            for (ArmRuns arm : load.arms().subList(1, load.arms().size())) {
                Comparison comparison = report.comparison(load, arm, metric);
                if (comparison.ratio().isEmpty()) {
                    continue;
                }
                Estimate known = comparison.ratio().get();
                // With too few rounds the interval has no ends: the figure stands alone.
                Estimate ratio = comparison.supported() ? known : new Estimate(known.value(), known.value(), known.value());
                rows.add(new Intervals.Row(title(arm.arm().label(), load), arm.arm().label(), ratio.value(), ratio.low(),
                        ratio.high(),
                        comparison.supported() ? comparison.verdict().word() : "too few rounds"));
                low = Math.min(low, ratio.low());
                high = Math.max(high, ratio.high());
            }
        }
        return rows.isEmpty() ? Optional.empty() : Optional.of(new Intervals("Ratio to " + arms.get(0),
                Axis.around("ratio to " + arms.get(0) + (metric.better() == Better.LOWER ? ", lower is better"
                : ", higher is better"),
                        Unit.TIMES, low, high), 1, threshold, rows));
    }

    private String title(String what, LoadRuns load) {
        return loads.size() == 1 ? what : what + ", load " + load.load().label();
    }

    /** All figures in numbers: the text report's table. */
    private Section figures() {
        List<Block> blocks = new ArrayList<>();
        for (LoadRuns load : report.loads()) {
            List<String> heads = new ArrayList<>(List.of("median of runs"));
            heads.addAll(arms);
            arms.stream().skip(1).forEach(arm -> heads.add(arm + " / " + arms.get(0)));
            List<List<String>> rows = new ArrayList<>();
            for (Metric metric : report.metrics()) {
                List<String> row = new ArrayList<>(List.of(metric.what()));
                load.arms().forEach(arm -> row.add(arm.sample(metric)
                        .map(sample -> Quantity.of(metric.unit(), sample.median())).orElse(NONE)));
                load.arms().stream().skip(1).forEach(arm -> row.add(CompareText.ratio(report.comparison(load, arm, metric))));
                rows.add(row);
            }
            blocks.add(new Block.Table("Load: " + load.load().label() + (load.what().isEmpty() ? "" : ", on CPU "
                    + Ground.list(report.request().cpusOf(load.load())) + ": " + load.what()), heads, rows));
            load.arms().forEach(arm -> failures(arm).ifPresent(blocks::add));
        }
        List<List<String>> calls = report.arms().stream().map(arm -> List.of(arm.arm().label(), arm.calls().isPresent()
                ? String.format(Locale.ROOT, "%,d", arm.calls().getAsLong()) : NONE, arm.counted())).toList();
        blocks.add(new Block.Table("System calls of the program", List.of("arm", "calls", "counted by"), calls));
        return new Section("Figures", blocks);
    }

    private static Optional<Block> failures(ArmRuns arm) {
        List<Run> failed = arm.runs().stream().filter(run -> !run.good()).toList();
        return failed.isEmpty() ? Optional.empty() : Optional.of(new Block.Finding("failed", Block.Tone.BAD, arm.arm() + ": "
                + failed.size() + (failed.size() == 1 ? " run" : " runs") + " failed; round " + failed.get(0).round() + " "
                + failed.get(0).failure().orElse("")));
    }

    private Section machine(String version) {
        CompareRequest request = report.request();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("program", String.join(" ", request.command())));
        rows.add(List.of("LWK cores", Ground.list(request.ground().lwkCores())));
        rows.add(List.of("Linux cores", Ground.list(request.ground().linuxCores())));
        rows.add(List.of("allowed CPUs, those of the arm linux", Ground.list(request.ground().allowed())));
        for (ArmFacts arm : report.arms()) {
            arm.changes().forEach(change -> rows.add(List.of("changed for " + arm.arm(), change)));
            arm.notes().forEach(note -> rows.add(List.of("not done for " + arm.arm(), note)));
        }
        report.notes().forEach(note -> rows.add(List.of("note", note)));
        rows.add(List.of("outrigger", version));
        for (Fact fact : report.environment().facts()) {
            rows.add(List.of(fact.label(), fact.value()));
        }
        return new Section("Environment", List.of(new Block.Table("", List.of("what", "value"), rows)));
    }

    private RawValues raw() {
        List<RawValues.Series> series = new ArrayList<>();
        for (LoadRuns load : report.loads()) {
            for (ArmRuns arm : load.arms()) {
                for (Metric metric : report.metrics()) {
                    series.add(new RawValues.Series(metric.key() + ", " + arm.arm() + ", load " + load.load().label(),
                            metric.unit().name().toLowerCase(Locale.ROOT), 0, arm.values(metric, report.request().rounds())));
                }
            }
        }
        return new RawValues(RawValues.MOST, series);
    }

    private static Unit unit(Metric metric) {
        return switch (metric.unit()) {
            case SECONDS -> Unit.SECONDS;
            case BYTES -> Unit.BYTES;
            case COUNT, PLAIN -> Unit.PLAIN;
        };
    }
}
