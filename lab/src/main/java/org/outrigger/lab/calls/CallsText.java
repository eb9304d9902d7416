package org.outrigger.lab.calls;

import java.util.List;
import java.util.Optional;
import org.outrigger.lab.batch.Cells;
import org.outrigger.lab.batch.Distribution;
import org.outrigger.lab.batch.Environment;

/** The figures as tables for people; {@code docs/benchmarks.md} tells how to read them. */
public final class CallsText {
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
        fact("pinning", "the program on CPU " + Cells.list(request.lwkCores()) + " under every arm; the LWK and the"
                + " benchmark on CPU " + Cells.list(request.linuxCores()));
        fact("rounds", (report.interrupted() ? "interrupted in round " : "") + report.rounds()
                + (report.interrupted() ? " of " + request.rounds() : "") + ", after " + request.warmUps()
                + " batches of each row that do not count" + (request.shrink() > 1 ? "; batches 1/" + request.shrink() : "")
                + "; " + report.duration().toSeconds() + " s");
        report.neighbours().ifPresent(share -> fact("quiet", share(share)));
    }

    private static String share(double share) {
        return share == 0 ? "no other work was running when a batch began"
                : "other work was running on the machine before " + Cells.number(share * 100) + " % of the batches";
    }

    private void fact(String name, String value) {
        text.append(Cells.padded(name, 10)).append(value).append('\n');
    }

    private void medians() {
        List<Arm> arms = report.request().arms();
        text.append("\nTime of a call: median of the rounds +- median deviation\n");
        text.append(Cells.padded("", WIDTH_WHAT));
        arms.forEach(arm -> text.append(Cells.ahead(arm.key(), WIDTH_TIME)));
        text.append("  ").append(Cells.padded("lwk to native (95 % interval)", WIDTH_RATIO)).append("target\n");
        for (RowFigures row : report.rows()) {
            StringBuilder line = new StringBuilder(Cells.padded(row.row().what(), WIDTH_WHAT));
            arms.forEach(arm -> line.append(Cells.ahead(row.batches(arm).map(Cells::spread).orElse(NONE), WIDTH_TIME)));
            line.append("  ").append(Cells.padded(row.ratio(Arm.LWK, Arm.NATIVE).map(Cells::ratio).orElse(NONE), WIDTH_RATIO));
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
                text.append(separator).append(arm.key()).append(' ').append(Cells.time(report.timers().get(arm)));
                separator = ", ";
            }
        }
        text.append('\n').append(Cells.padded("", WIDTH_WHAT + 8)).append(Cells.ahead("calls", WIDTH_TAIL));
        for (double percentile : Distribution.PERCENTILES) {
            text.append(Cells.ahead(Distribution.name(percentile), WIDTH_TAIL));
        }
        text.append(Cells.ahead("max", WIDTH_TAIL)).append('\n');
        for (RowFigures row : report.rows()) {
            String name = row.row().what();
            for (Arm arm : report.request().arms()) {
                Distribution calls = row.arm(arm).flatMap(ArmFigures::distribution).orElse(null);
                if (calls == null) {
                    continue;
                }
                text.append(Cells.padded(name, WIDTH_WHAT)).append(Cells.padded(arm.key(), 8))
                        .append(Cells.ahead(Long.toString(calls.count()), WIDTH_TAIL));
                for (double percentile : Distribution.PERCENTILES) {
                    text.append(Cells.ahead(calls.percentile(percentile).map(Cells::time).orElse(NONE), WIDTH_TAIL));
                }
                text.append(Cells.ahead(Cells.time(calls.max()), WIDTH_TAIL)).append('\n');
                name = "";
            }
        }
    }

    private static String verdict(Optional<Boolean> met) {
        return met.isEmpty() ? "not measured" : met.get() ? "met" : "MISSED";
    }
}
