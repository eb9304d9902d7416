package org.outrigger.lab.noise;

import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.environment.Fact;
import org.outrigger.lab.html.Block;
import org.outrigger.lab.html.Page;
import org.outrigger.lab.html.RawValues;
import org.outrigger.lab.html.Section;
import org.outrigger.lab.html.Unit;
import org.outrigger.lab.load.Load;
import org.outrigger.lab.stats.Estimate;

/** A report of noise as a page with pictures; {@code docs/reports.md} tells how to read them. */
public final class NoiseHtml {
    private static final double PERCENT = 100;
    /** Nanoseconds are told to a tenth. */
    private static final double STEP = 0.1;
    private static final String NONE = "\u2013";

    private final NoiseReport report;

    private NoiseHtml(NoiseReport report) {
        this.report = report;
    }

    /**
     * Lays a report out.
     *
     * @param version of Outrigger
     */
    public static Page page(NoiseReport report, String version) {
        NoiseHtml html = new NoiseHtml(report);
        NoiseCharts charts = new NoiseCharts(report);
        List<Section> sections = new ArrayList<>();
        sections.add(html.answers());
        sections.add(new Section("Figures", html.figures()));
        sections.add(new Section("Time series", charts.series()));
        sections.add(new Section("Tails", charts.tails()));
        sections.add(new Section("Variation", charts.variation()));
        sections.add(new Section("Detours", charts.detours()));
        sections.add(new Section("Culprits", CulpritsHtml.blocks(report.culprits())));
        sections.add(new Section("Comparison", charts.comparisons()));
        sections.add(html.machine(version));
        sections.add(new Section("Data", List.of(new Block.Raw(html.raw()))));
        NoiseRequest request = report.request();
        return new Page("Noise on CPU " + Ground.list(request.ground().lwkCores()) + ", " + request.loop().kernel().key(),
                report.start().truncatedTo(ChronoUnit.SECONDS).toString().replace("T", " ").replace("Z", " UTC, ")
                        + report.duration().toSeconds() + " s; outrigger " + version + " on " + report.environment().cpu()
                        + ", Linux " + report.environment().kernel(),
                request.arms().stream().map(Arm::label).toList(), sections.stream().filter(one ->
                !one.blocks().isEmpty()).toList());
    }

    private int rounds() {
        return report.cells().stream().mapToInt(cell -> cell.runs().size()).max().orElse(0);
    }

    private Section answers() {
        List<Block> blocks = new ArrayList<>();
        if (report.interrupted()) {
            blocks.add(new Block.Finding("ended early", Block.Tone.EVEN, "This is what had been measured by then, in " + rounds()
                    + " of " + report.request().rounds() + " rounds."));
        }
        for (Promise promise : report.promises()) {
            blocks.add(new Block.Finding(promise.met() ? "met" : "missed", promise.met() ? Block.Tone.GOOD : Block.Tone.BAD,
                    promise.text() + ": " + promise.measured()));
        }
        if (report.promises().isEmpty()) {
            blocks.add(new Block.Paragraph("Targets are for fixed work on the LWK beside a load: nothing of that kind was"
                    + " measured."));
        }
        return new Section("Targets", blocks);
    }

    private List<Block> figures() {
        List<Block> blocks = new ArrayList<>();
        for (Load load : report.request().loads()) {
            List<List<String>> rows = report.cells().stream().filter(cell -> cell.load().equals(load) && !cell.runs().isEmpty())
                    .map(this::row).toList();
            if (!rows.isEmpty()) {
                List<String> heads = new ArrayList<>(List.of("arm", "values", "smallest", "median", "99 %", "99.9 %",
                        "95 % interval", "99.99 %", "largest", "noise", "steal", "spread", "switches"));
                blocks.add(new Block.Table("Load " + load + ": " + report.request().loop().kernel().value(), heads, rows));
            }
        }
        if (!blocks.isEmpty()) {
            blocks.add(new Block.Paragraph("Noise: " + (report.request().loop().kernel() == NoiseKernel.FWQ
                    ? "the mean over the smallest, less 1" : "the share of the time that was lost")
                    + ". Steal: the share that the hypervisor took. Spread: largest over smallest of the rounds, less 1."
                    + " Switches: involuntary context switches in a second of a core."));
        }
        return blocks;
    }

    private List<String> row(Cell cell) {
        Optional<Estimate> tail = cell.quantile(Tail.P99_9);
        RoundFigure typical = cell.kernel() == NoiseKernel.FWQ ? RoundFigure.MEAN : RoundFigure.NOISE;
        return List.of(cell.arm().label(), String.format(Locale.ROOT, "%,d", cell.count()), time(cell.min()),
                time(cell.quantile(Tail.MEDIAN)), time(cell.quantile(Tail.P99)), time(tail),
                tail.filter(known -> Double.isFinite(known.high()))
                        .map(known -> Unit.NANOSECONDS.text(known.low()) + " to "
                        + Unit.NANOSECONDS.text(known.high())).orElse(NONE),
                time(cell.quantile(Tail.P99_99)), time(cell.max()),
                cell.noise().map(noise -> Unit.PERCENT.text(noise.value() * PERCENT)).orElse(NONE), percent(cell.steal()),
                percent(cell.spread(typical)), Unit.PLAIN.text(cell.involuntaryPerS()));
    }

    private static String time(OptionalDouble nanoseconds) {
        return nanoseconds.isPresent() ? Unit.NANOSECONDS.text(nanoseconds.getAsDouble()) : NONE;
    }

    private static String time(Optional<Estimate> nanoseconds) {
        return nanoseconds.map(known -> Unit.NANOSECONDS.text(known.value())).orElse(NONE);
    }

    private static String percent(OptionalDouble part) {
        return part.isPresent() ? Unit.PERCENT.text(part.getAsDouble() * PERCENT) : NONE;
    }

    private Section machine(String version) {
        NoiseRequest request = report.request();
        Loop loop = request.loop();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("loop", loop.kernel().key() + switch (loop.kernel()) {
            case FWQ -> ": a quantum is 2^" + loop.workBits() + " steps of work";
            case FTQ -> ": an interval is 2^" + loop.intervalBits() + " ticks";
            case SELFISH -> ": a detour is a round above " + loop.percent() + " % of the shortest";
        } + "; " + loop.seconds() + " s a run"));
        rows.add(List.of("rounds", rounds() + " of " + request.rounds() + ", order by seed " + request.seed()));
        request.inject().ifPresent(noise -> rows.add(List.of("injected noise", noise.text())));
        rows.add(List.of("LWK cores, measured", Ground.list(request.ground().lwkCores())));
        rows.add(List.of("Linux cores", Ground.list(request.ground().linuxCores())));
        rows.add(List.of("allowed CPUs, those of the arm linux", Ground.list(request.ground().allowed())));
        report.loads().forEach((load, command) -> rows.add(List.of("load " + load, command + " on CPU "
                + Ground.list(load.unconfined() ? request.ground().allowed() : request.ground().linuxCores()))));
        report.setUps().forEach((arm, setUp) -> {
            setUp.changes().forEach(change -> rows.add(List.of("changed for " + arm, change)));
            setUp.notes().forEach(note -> rows.add(List.of("not done for " + arm, note)));
        });
        rows.add(List.of("outrigger", version));
        for (Fact fact : report.environment().facts()) {
            rows.add(List.of(fact.label(), fact.value()));
        }
        return new Section("Environment", List.of(new Block.Table("", List.of("what", "value"), rows)));
    }

    /** All values, and where they do not follow one upon the other, as detours, when each began. */
    private RawValues raw() {
        List<RawValues.Series> series = new ArrayList<>();
        for (Cell cell : report.cells()) {
            for (NoiseRun run : cell.runs()) {
                for (Series one : run.series()) {
                    String name = cell.arm() + ", load " + cell.load() + ", round " + (run.round() + 1) + ", CPU " + one.cpu();
                    series.add(new RawValues.Series(name, "ns", STEP, one.valuesNs()));
                    if (cell.kernel() == NoiseKernel.SELFISH) {
                        series.add(new RawValues.Series("start of: " + name, "ns", STEP, one.startsNs()));
                    }
                }
            }
        }
        return new RawValues(RawValues.MOST, series);
    }

    /** The mean of all values; not a number when there is none. */
    static double mean(Cell cell) {
        return cell.runs().stream().flatMap(run -> run.series().stream()).flatMapToDouble(one -> Arrays.stream(one.valuesNs()))
                .average().orElse(Double.NaN);
    }
}
