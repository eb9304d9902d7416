package org.outrigger.lab.memory;

import static org.outrigger.lab.batch.Cells.ahead;
import static org.outrigger.lab.batch.Cells.number;
import static org.outrigger.lab.batch.Cells.padded;

import java.util.List;
import java.util.Optional;
import org.outrigger.lab.batch.Cells;
import org.outrigger.lab.batch.Distribution;
import org.outrigger.lab.environment.Environment;
import org.outrigger.lab.stats.Sample;

/** The figures as tables for people; {@code docs/benchmarks.md} tells how to read them. */
public final class MemoryText {
    private static final int WIDTH_WHAT = 33;
    private static final int WIDTH_TIME = 19;
    private static final int WIDTH_ARM = 11;
    private static final int WIDTH_RATIO = 28;
    private static final int WIDTH_FIGURE = 10;
    private static final double HUNDREDTH = 0.01;
    private static final double MIB = 1L << 20;
    private static final String NONE = "-";
    private static final List<Double> TOLD = List.of(50.0, 90.0, 99.0, 99.9);

    private final MemoryReport report;
    private final StringBuilder text = new StringBuilder();

    private MemoryText(MemoryReport report) {
        this.report = report;
    }

    /**
     * Renders a report.
     *
     * @param version of Outrigger
     */
    public static String render(MemoryReport report, String version) {
        MemoryText tables = new MemoryText(report);
        tables.facts(version);
        tables.times();
        tables.uses();
        tables.tails();
        tables.text.append(ChasePicture.draw(report));
        return tables.text.toString();
    }

    private void facts(String version) {
        MemoryRequest request = report.request();
        Environment machine = report.environment();
        fact("outrigger", version + (machine.jvmFlags().isEmpty() ? "" : ", OUTRIGGER_JVM_FLAGS " + machine.jvmFlags()));
        fact("machine", machine.cpu() + ", Linux " + machine.kernel() + ", clock " + machine.clockSource()
                + (machine.steadyTsc() ? "" : ", time stamp counter not known to be steady") + ", huge pages "
                + machine.hugePages());
        fact("java", machine.java());
        fact("pinning", "the program on CPU " + Cells.list(request.lwkCores()) + " under every arm; the LWK and the"
                + " benchmark on CPU " + Cells.list(request.linuxCores()));
        if (request.rows().contains(MemoryRow.GUPS)) {
            fact("table", mib(request.table()) + " MiB for random updates");
        }
        for (MemoryArm arm : request.arms()) {
            fact(arm.key(), report.leftOut().containsKey(arm) ? "left out: " + report.leftOut().get(arm) : arm.what());
        }
        fact("rounds", request.rounds() + (report.interrupted() ? ", interrupted" : "") + ", after " + request.warmUps()
                + " batches of each row, and " + request.settle() + " ms of work, that do not count"
                + (request.shrink() > 1 ? "; batches 1/" + request.shrink() : "") + "; " + report.duration().toSeconds() + " s");
        report.lwkPeak().ifPresent(peak -> fact("the LWK",
                "its own process had up to " + mib(peak) + " MiB resident, once for a job"));
        report.neighbours().ifPresent(share -> fact("quiet", share == 0 ? "no other work was running when a batch began"
                : "other work was running on the machine before " + number(share * 100) + " % of the batches"));
    }

    private void fact(String name, String value) {
        text.append(padded(name, WIDTH_ARM)).append(value).append('\n');
    }

    private void times() {
        text.append("\nTime of an operation: median of the rounds +- median deviation\n").append(padded("", WIDTH_WHAT));
        report.arms().forEach(arm -> text.append(ahead(arm.key(), WIDTH_TIME)));
        text.append("  ").append(padded("lwk to native (95 %)", WIDTH_RATIO)).append("target\n");
        for (MemoryFigures row : report.rows()) {
            StringBuilder line = new StringBuilder(padded(row.row().what(), WIDTH_WHAT));
            report.arms().forEach(arm -> line.append(ahead(row.batches(arm).map(Cells::spread).orElse(NONE), WIDTH_TIME)));
            String ratio = row.ratio(MemoryArm.LWK, MemoryArm.NATIVE).map(Cells::ratio).orElse(NONE);
            line.append("  ").append(padded(ratio, WIDTH_RATIO));
            String separator = "";
            for (MemoryTarget target : row.row().targets()) {
                line.append(separator).append(target.text()).append(": ").append(verdict(report.met(target, row)));
                separator = "; ";
            }
            text.append(line.toString().stripTrailing()).append('\n');
            rates(row);
            row.arms().forEach((arm, use) -> use.failure().ifPresent(failure ->
                    text.append("  failed under ").append(arm.key()).append(": ").append(failure).append('\n')));
        }
        report.figures(MemoryRow.MMAP_64K).flatMap(row -> MemoryTarget.ownTime(row, report::figures)).ifPresent(own ->
                text.append("own time of mmap+munmap 64 KiB, less two null calls: ").append(number(own.value())).append(" ns (")
                        .append(number(own.low())).append(" to ").append(number(own.high())).append(")\n"));
    }

    private void rates(MemoryFigures row) {
        StringBuilder line = new StringBuilder(padded("", WIDTH_WHAT));
        report.arms().forEach(arm -> line.append(ahead(row.rate(arm).orElse(""), WIDTH_TIME)));
        if (!line.toString().isBlank()) {
            text.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private static String verdict(Optional<Boolean> met) {
        return met.isEmpty() ? "not measured" : met.get() ? "met" : "MISSED";
    }

    private void uses() {
        text.append("\nPage faults and system calls served by Linux, of an operation; MiB resident\n")
                .append(padded("", WIDTH_WHAT + WIDTH_ARM));
        for (String head : List.of("faults", "at first", "calls", "at end", "most", "huge", "hugetlb")) {
            text.append(ahead(head, WIDTH_FIGURE));
        }
        text.append('\n');
        for (MemoryFigures row : report.rows()) {
            String name = row.row().what();
            for (MemoryArm arm : report.arms()) {
                ArmUse use = row.arms().get(arm);
                if (use == null || use.last().isEmpty()) {
                    continue;
                }
                Usage last = use.last().get();
                text.append(padded(name, WIDTH_WHAT)).append(padded(arm.key(), WIDTH_ARM));
                figure(use.faults().map(Sample::median).map(MemoryText::few));
                figure(use.firstFaults().map(MemoryText::few));
                figure(use.calls().map(MemoryText::few));
                figure(Optional.of(mib(last.resident())));
                figure(Optional.of(mib(last.peak())));
                figure(Optional.of(mib(last.huge())));
                figure(Optional.of(mib(last.hugetlb())));
                text.append('\n');
                name = "";
            }
        }
    }

    private void figure(Optional<String> value) {
        text.append(ahead(value.orElse(NONE), WIDTH_FIGURE));
    }

    /** A number of which not even the smallest part is told as nothing. */
    private static String few(double number) {
        return number > 0 && number < HUNDREDTH ? "<0.01" : number(number);
    }

    private static String mib(long bytes) {
        return number(bytes / MIB);
    }

    private void tails() {
        text.append("\nOperations timed one by one\n").append(padded("", WIDTH_WHAT + WIDTH_ARM))
                .append(ahead("number", WIDTH_FIGURE));
        TOLD.forEach(percentile -> text.append(ahead(Distribution.name(percentile), WIDTH_FIGURE)));
        text.append(ahead("max", WIDTH_FIGURE)).append('\n');
        for (MemoryFigures row : report.rows()) {
            String name = row.row().what();
            for (MemoryArm arm : report.arms()) {
                Distribution single = Optional.ofNullable(row.arms().get(arm)).flatMap(ArmUse::distribution).orElse(null);
                if (single == null) {
                    continue;
                }
                text.append(padded(name, WIDTH_WHAT)).append(padded(arm.key(), WIDTH_ARM));
                figure(Optional.of(Long.toString(single.count())));
                TOLD.forEach(percentile -> figure(single.percentile(percentile).map(Cells::time)));
                figure(Optional.of(Cells.time(single.max())));
                text.append('\n');
                name = "";
            }
        }
    }
}
