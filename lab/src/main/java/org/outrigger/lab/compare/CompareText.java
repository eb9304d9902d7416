package org.outrigger.lab.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.environment.Environment;
import org.outrigger.lab.load.Load;
import org.outrigger.lab.stats.Comparison;
import org.outrigger.lab.stats.Estimate;
import org.outrigger.lab.stats.Sample;

/** A comparison as text for people; {@code docs/compare.md} tells how to read it. */
public final class CompareText {
    private static final int FACT_WIDTH = 10;
    private static final int LONGEST_COMMAND = 100;
    private static final String NONE = "-";

    private final CompareReport report;
    private final StringBuilder text = new StringBuilder();

    private CompareText(CompareReport report) {
        this.report = report;
    }

    /**
     * Renders a report.
     *
     * @param version of Outrigger
     */
    public static String render(CompareReport report, String version) {
        CompareText page = new CompareText(report);
        page.facts(version);
        if (report.loads().stream().flatMap(load -> load.arms().stream()).flatMap(arm -> arm.runs().stream())
                .noneMatch(Run::good)) {
            return page.text.append("\nNo run counts, so there is nothing to compare.\n").toString();
        }
        report.loads().forEach(page::load);
        page.calls();
        page.answers();
        return page.text.toString();
    }

    private void facts(String version) {
        CompareRequest request = report.request();
        Environment machine = report.environment();
        fact("outrigger", version + (machine.jvmFlags().isEmpty() ? "" : ", OUTRIGGER_JVM_FLAGS " + machine.jvmFlags()));
        fact("machine", machine.cpu() + ", Linux " + machine.kernel() + ", huge pages " + machine.hugePages());
        fact("program", shown(request.command()));
        fact("cores", "the program on CPU " + Ground.list(request.ground().lwkCores()) + ", under the arm linux on any of "
                + Ground.list(request.ground().allowed()) + "; the rest on CPU " + Ground.list(request.ground().linuxCores()));
        fact("rounds", (report.interrupted() ? "ended early, after " + report.rounds() + " of " : "") + request.rounds()
                + ", after " + request.warmUps() + (request.warmUps() == 1 ? " warm-up; " : " warm-ups; ")
                + report.duration().toSeconds() + " s");
        report.arms().forEach(arm -> {
            if (!arm.changes().isEmpty()) {
                fact(arm.arm().label(), String.join("; ", arm.changes()));
            }
            arm.notes().forEach(note -> fact(arm.arm().label(), "NOT DONE: " + note));
        });
        report.notes().forEach(note -> fact("note", note));
    }

    /** A command in one line, cut where it is long. */
    private static String shown(List<String> command) {
        String line = String.join(" ", command).replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= LONGEST_COMMAND ? line : line.substring(0, LONGEST_COMMAND) + "...";
    }

    private void fact(String name, String value) {
        text.append(padded(name, Math.max(FACT_WIDTH, name.length() + 1))).append(value).append('\n');
    }

    private void load(LoadRuns load) {
        if (load.load().kind() != Load.Kind.NONE || report.loads().size() > 1) {
            text.append("\nLoad: ").append(load.load().label());
            if (!load.what().isEmpty()) {
                text.append(", on CPU ").append(Ground.list(report.request().cpusOf(load.load()))).append(":"
                        + " ").append(load.what());
            }
            text.append('\n');
        }
        if (load.arms().stream().allMatch(arm -> arm.runs().isEmpty())) {
            text.append("not measured\n");
            return;
        }
        List<List<String>> table = new ArrayList<>();
        table.add(heading(load));
        for (Metric metric : report.metrics()) {
            table.add(medians(load, metric));
            if (metric.judged()) {
                table.add(spread(load, "  max/min - 1", metric, Sample::variation));
                table.add(spread(load, "  deviation/mean", metric, Sample::coefficient));
            }
        }
        text.append('\n').append(columns(table));
        load.arms().forEach(this::failures);
    }

    private List<String> heading(LoadRuns load) {
        List<String> line = new ArrayList<>(List.of("median of runs"));
        load.arms().forEach(arm -> line.add(arm.arm().label()));
        load.arms().stream().skip(1).forEach(arm -> line.add(arm.arm().label() + "/" + load.arms().get(0).arm().label()));
        return line;
    }

    private List<String> medians(LoadRuns load, Metric metric) {
        List<String> line = new ArrayList<>(List.of(metric.what()));
        load.arms().forEach(arm -> line.add(arm.sample(metric)
                .map(sample -> Quantity.of(metric.unit(), sample.median())).orElse(NONE)));
        load.arms().stream().skip(1).forEach(arm -> line.add(ratio(report.comparison(load, arm, metric))));
        return line;
    }

    /** A ratio with its interval. */
    static String ratio(Comparison comparison) {
        if (comparison.ratio().isEmpty()) {
            return NONE;
        }
        Estimate ratio = comparison.ratio().get();
        return Finding.number(ratio.value()) + (comparison.supported()
                ? " (" + Finding.number(ratio.low()) + " to " + Finding.number(ratio.high()) + ")" : " (too few rounds)");
    }

    private List<String> spread(LoadRuns load, String name, Metric metric, ToDoubleFunction<Sample> figure) {
        List<String> line = new ArrayList<>(List.of(name));
        load.arms().forEach(arm -> {
            Optional<Sample> sample = arm.sample(metric).filter(known -> known.size() > 1 && known.min() > 0);
            line.add(sample.map(known -> Quantity.percent(figure.applyAsDouble(known))).orElse(NONE));
        });
        return line;
    }

    private void failures(ArmRuns arm) {
        List<Run> failed = arm.runs().stream().filter(run -> !run.good()).toList();
        if (!failed.isEmpty()) {
            text.append(arm.arm()).append(": ").append(failed.size()).append(failed.size() == 1 ? " run" : " runs")
                    .append(" failed; round ").append(failed.get(0).round()).append(' ')
                    .append(failed.get(0).failure().orElse("")).append('\n');
        }
    }

    private void calls() {
        text.append('\n');
        report.arms().forEach(arm -> text.append("system calls, ").append(arm.arm()).append(": ")
                .append(arm.calls().isPresent() ? String.format(Locale.ROOT, "%,d", arm.calls().getAsLong()) : "unknown")
                .append(" (").append(arm.counted()).append(")\n"));
    }

    private void answers() {
        text.append('\n');
        report.findings().forEach(finding -> text.append(finding.sentence()).append('\n'));
        if (!report.findings().isEmpty()) {
            int verdicts = report.verdicts();
            if (verdicts > 1) {
                text.append(String.format(Locale.ROOT,
                        "%nIntervals of verdicts are of %.4g %% each, so that all %d together hold in"
                        + " %.0f %% of comparisons; others are of %3$.0f %%.%n", report.confidence() * 100, verdicts,
                        Estimate.CONFIDENCE * 100));
            } else {
                text.append(String.format(Locale.ROOT, "%nIntervals are of %.0f %%.%n", Estimate.CONFIDENCE * 100));
            }
        }
    }

    private static String columns(List<List<String>> table) {
        int most = table.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[most];
        table.forEach(line -> {
            for (int i = 0; i < line.size(); i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        });
        return table.stream().map(line -> {
            StringBuilder text = new StringBuilder(padded(line.get(0), widths[0]));
            for (int i = 1; i < line.size(); i++) {
                text.append("  ").append(" ".repeat(widths[i] - line.get(i).length())).append(line.get(i));
            }
            return text.append('\n').toString();
        }).collect(Collectors.joining());
    }

    private static String padded(String word, int width) {
        return word + " ".repeat(Math.max(0, width - word.length()));
    }
}
