package org.outrigger.lab.calls;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.outrigger.lab.environment.Environment;
import org.outrigger.lab.stats.Estimate;
import org.outrigger.lab.stats.Sample;

/** The figures as tables for people; {@code docs/benchmarks.md} tells how to read them. */
public final class CallsText {
    private static final double MICRO = 1e3;
    private static final double MILLI = 1e6;
    private static final double SECOND = 1e9;
    private static final int WIDTH_WHAT = 36;
    private static final int WIDTH_TIME = 17;
    private static final int WIDTH_RATIO = 32;
    private static final int WIDTH_TAIL = 10;
    private static final String NONE = "-";

    private final CallsReport report;
    private final StringBuilder text = new StringBuilder();

    private CallsText(CallsReport report) {
        this.report = report;
    }

    /**
     * Renders a report.
     *
     * @param version of Outrigger
     */
    public static String render(CallsReport report, String version) {
        CallsText tables = new CallsText(report);
        tables.facts(version);
        tables.medians();
        tables.tails();
        return tables.text.toString();
    }

    private void facts(String version) {
        CallsRequest request = report.request();
        Environment machine = report.environment();
        fact("outrigger", version + (machine.jvmFlags().isEmpty() ? "" : ", OUTRIGGER_JVM_FLAGS " + machine.jvmFlags()));
        fact("machine", machine.cpu() + ", Linux " + machine.kernel() + ", clock " + machine.clockSource()
                + (machine.steadyTsc() ? "" : ", time stamp counter not known to be steady") + ", huge pages "
                + machine.hugePages());
        fact("java", machine.java());
        fact("pinning", "the program on CPU " + CallBenchmark.list(request.lwkCores()) + " under every arm; the LWK and the"
                + " benchmark on CPU " + CallBenchmark.list(request.linuxCores()));
        fact("rounds", (report.interrupted() ? "interrupted in round " : "") + report.rounds()
                + (report.interrupted() ? " of " + request.rounds() : "") + ", after " + request.warmUps()
                + " batches of each row that do not count" + (request.shrink() > 1 ? "; batches 1/" + request.shrink() : "")
                + "; " + report.duration().toSeconds() + " s");
        report.neighbours().ifPresent(share -> fact("quiet", share(share)));
    }

    private static String share(double share) {
        return share == 0 ? "no other work was running when a batch began"
                : "other work was running on the machine before " + number(share * 100) + " % of the batches";
    }

    private void fact(String name, String value) {
        text.append(padded(name, 10)).append(value).append('\n');
    }

    private void medians() {
        List<Arm> arms = report.request().arms();
        text.append("\nTime of a call: median of the rounds +- median deviation\n");
        text.append(padded("", WIDTH_WHAT));
        arms.forEach(arm -> text.append(ahead(arm.key(), WIDTH_TIME)));
        text.append("  ").append(padded("lwk to native (95 % interval)", WIDTH_RATIO)).append("target\n");
        for (RowFigures row : report.rows()) {
            StringBuilder line = new StringBuilder(padded(row.row().what(), WIDTH_WHAT));
            arms.forEach(arm -> line.append(ahead(row.batches(arm).map(CallsText::spread).orElse(NONE), WIDTH_TIME)));
            line.append("  ").append(padded(row.ratio(Arm.LWK, Arm.NATIVE).map(CallsText::ratio).orElse(NONE), WIDTH_RATIO));
            String separator = "";
            for (Target target : row.row().targets()) {
                line.append(separator).append(target.text()).append(": ").append(verdict(target.met(row)));
                separator = "; ";
            }
            text.append(line.toString().stripTrailing()).append('\n');
            row.arms().forEach((arm, figures) -> figures.failure().ifPresent(failure ->
                    text.append("  failed under ").append(arm.key()).append(": ").append(failure).append('\n')));
        }
    }

    private void tails() {
        text.append("\nCalls timed one by one, with the timer in them");
        String separator = ": ";
        for (Arm arm : report.request().arms()) {
            if (report.timers().containsKey(arm)) {
                text.append(separator).append(arm.key()).append(' ').append(time(report.timers().get(arm)));
                separator = ", ";
            }
        }
        text.append('\n').append(padded("", WIDTH_WHAT + 8)).append(ahead("calls", WIDTH_TAIL));
        for (double percentile : Distribution.PERCENTILES) {
            text.append(ahead(Distribution.name(percentile), WIDTH_TAIL));
        }
        text.append(ahead("max", WIDTH_TAIL)).append('\n');
        for (RowFigures row : report.rows()) {
            String name = row.row().what();
            for (Arm arm : report.request().arms()) {
                Distribution calls = row.arm(arm).flatMap(ArmFigures::distribution).orElse(null);
                if (calls == null) {
                    continue;
                }
                text.append(padded(name, WIDTH_WHAT)).append(padded(arm.key(), 8))
                        .append(ahead(Long.toString(calls.count()), WIDTH_TAIL));
                for (double percentile : Distribution.PERCENTILES) {
                    text.append(ahead(calls.percentile(percentile).map(CallsText::time).orElse(NONE), WIDTH_TAIL));
                }
                text.append(ahead(time(calls.max()), WIDTH_TAIL)).append('\n');
                name = "";
            }
        }
    }

    private static String verdict(Optional<Boolean> met) {
        return met.isEmpty() ? "not measured" : met.get() ? "met" : "MISSED";
    }

    /** A ratio in the word that fits: how many times faster, or how many times the other. */
    static String ratio(Estimate ratio) {
        boolean faster = ratio.value() < 1;
        String value = faster ? number(1 / ratio.value()) + "x faster" : number(ratio.value()) + "x";
        if (ratio.low() == ratio.high()) {
            return value; // one round has no interval
        }
        return value + (faster ? " (" + number(1 / ratio.high()) + " to " + number(1 / ratio.low()) + ")"
                : " (" + number(ratio.low()) + " to " + number(ratio.high()) + ")");
    }

    private static String spread(Sample batches) {
        double median = batches.median();
        double unit = unit(median);
        return number(median / unit) + " +- " + number(batches.deviation() / unit) + " " + unitName(unit);
    }

    /** A duration with its unit. */
    static String time(double nanoseconds) {
        double unit = unit(nanoseconds);
        return number(nanoseconds / unit) + " " + unitName(unit);
    }

    private static double unit(double nanoseconds) {
        return nanoseconds < 1e4 ? 1 : nanoseconds < 1e7 ? MICRO : nanoseconds < 1e10 ? MILLI : SECOND;
    }

    private static String unitName(double unit) {
        return unit == 1 ? "ns" : unit == MICRO ? "us" : unit == MILLI ? "ms" : "s";
    }

    /** Three digits or a little more: no trailing zeros after the point. */
    private static String number(double value) {
        String digits = String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
        return digits.indexOf('.') < 0 ? digits : digits.replaceAll("\\.?0+$", "");
    }

    private static String padded(String cell, int width) {
        return cell + " ".repeat(Math.max(1, width - cell.length()));
    }

    private static String ahead(String cell, int width) {
        return " ".repeat(Math.max(1, width - cell.length())) + cell;
    }
}
