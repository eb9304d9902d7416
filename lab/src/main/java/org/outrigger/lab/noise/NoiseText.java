package org.outrigger.lab.noise;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.environment.Environment;
import org.outrigger.lab.load.Load;
import org.outrigger.lab.stats.Estimate;

/** The figures as tables for people; {@code docs/noise.md} tells how to read them. */
public final class NoiseText {
    private static final double MICRO = 1e3;
    private static final double MILLI = 1e6;
    private static final double SECOND = 1e9;
    private static final double HUNDRED = 100;
    private static final int WIDTH_ARM = 15;
    private static final int WIDTH = 10;
    private static final int WIDTH_WIDE = 20;
    private static final int WIDTH_SUBJECT = 44;
    private static final String NONE = "-";
    /** Classes of detours, wider than those of the JSON. */
    private static final double[] EDGES = {MICRO, 10 * MICRO, 100 * MICRO, MILLI, 10 * MILLI, Double.POSITIVE_INFINITY};
    private static final String[] CLASSES = {"1-10 us", "10-100 us", "0.1-1 ms", "1-10 ms", "10 ms-"};

    private final NoiseReport report;
    private final StringBuilder text = new StringBuilder();

    private NoiseText(NoiseReport report) {
        this.report = report;
    }

    /**
     * Renders a report.
     *
     * @param version of Outrigger
     */
    public static String render(NoiseReport report, String version) {
        NoiseText tables = new NoiseText(report);
        tables.facts(version);
        for (Load load : report.request().loads()) {
            tables.figures(load);
        }
        tables.detours();
        CulpritsText.append(tables.text, report.culprits());
        tables.comparisons();
        tables.promises();
        return tables.text.toString();
    }

    private void facts(String version) {
        NoiseRequest request = report.request();
        Environment machine = report.environment();
        fact("outrigger", version + (machine.jvmFlags().isEmpty() ? "" : ", OUTRIGGER_JVM_FLAGS " + machine.jvmFlags()));
        fact("machine", machine.cpu() + ", Linux " + machine.kernel() + ", clock " + machine.clockSource()
                + (machine.steadyTsc() ? "" : ", time stamp counter not known to be steady") + ", huge pages "
                + machine.hugePages());
        Loop loop = request.loop();
        fact("loop", loop.kernel().key() + switch (loop.kernel()) {
            case FWQ -> ": a quantum is 2^" + loop.workBits() + " steps of work";
            case FTQ -> ": an interval is 2^" + loop.intervalBits() + " ticks";
            case SELFISH -> ": a detour is a round above " + loop.percent() + " % of the shortest";
        } + "; " + trimmed(loop.seconds()) + " s a run, on CPU " + Ground.list(request.ground().lwkCores())
                + "; Linux and the LWK's brain on CPU " + Ground.list(request.ground().linuxCores()));
        fact("rounds", rounds() + (report.interrupted() ? " of " + request.rounds() + ", interrupted" : "") + "; order by seed "
                + request.seed() + "; " + report.duration().toSeconds() + " s");
        request.inject().ifPresent(noise -> fact("injected",
                noise.text() + " on CPU " + Ground.list(request.ground().lwkCores())));
        report.setUps().forEach((arm, setUp) -> {
            setUp.changes().forEach(change -> fact(arm.label(), change));
            setUp.notes().forEach(note -> fact(arm.label(), "not done: " + note));
        });
        report.loads().forEach((load, command) -> fact("load", load + ": " + command + " on CPU "
                + Ground.list(load.unconfined() ? request.ground().allowed() : request.ground().linuxCores())));
    }

    private int rounds() {
        return report.cells().stream().mapToInt(cell -> cell.runs().size()).max().orElse(0);
    }

    private void fact(String name, String value) {
        text.append(padded(name, WIDTH_ARM)).append(value).append('\n');
    }

    private void figures(Load load) {
        if (report.cells().stream().noneMatch(cell -> cell.load().equals(load) && !cell.runs().isEmpty())) {
            text.append("\nLoad ").append(load).append(": not measured\n");
            return;
        }
        text.append("\nLoad ").append(load).append(": ").append(report.request().loop().kernel().value()).append('\n');
        text.append(padded("", WIDTH_ARM));
        for (String column : List.of("values", "min", "median", "99 %", "99.9 %")) {
            text.append(ahead(column, WIDTH));
        }
        text.append(ahead("(95 % interval)", WIDTH_WIDE));
        for (String column : List.of("99.99 %", "max", "noise", "steal", "spread", "switches")) {
            text.append(ahead(column, WIDTH));
        }
        text.append('\n');
        for (Arm arm : report.request().arms()) {
            report.cell(arm, load).filter(cell -> !cell.runs().isEmpty()).ifPresent(this::figures);
        }
    }

    private void figures(Cell cell) {
        Optional<Estimate> tail = cell.quantile(Tail.P99_9);
        RoundFigure typical = cell.kernel() == NoiseKernel.FWQ ? RoundFigure.MEAN : RoundFigure.NOISE;
        text.append(padded(cell.arm().label(), WIDTH_ARM)).append(ahead(Integer.toString(cell.count()), WIDTH))
                .append(ahead(time(cell.min()), WIDTH)).append(ahead(time(cell.quantile(Tail.MEDIAN)), WIDTH))
                .append(ahead(time(cell.quantile(Tail.P99)), WIDTH)).append(ahead(time(tail), WIDTH))
                .append(ahead(tail.map(NoiseText::interval).orElse(NONE), WIDTH_WIDE))
                .append(ahead(time(cell.quantile(Tail.P99_99)), WIDTH)).append(ahead(time(cell.max()), WIDTH))
                .append(ahead(cell.noise().map(noise -> percent(noise.value())).orElse(NONE), WIDTH))
                .append(ahead(percent(cell.steal()), WIDTH)).append(ahead(percent(cell.spread(typical)), WIDTH))
                .append(ahead(trimmed(cell.involuntaryPerS()) + "/s", WIDTH)).append('\n');
    }

    private void detours() {
        if (report.cells().stream().allMatch(cell -> cell.runs().isEmpty())) {
            return;
        }
        text.append("\nDetours in a second of a core, and the share of the time they took\n").append(padded("", WIDTH_SUBJECT));
        for (String column : CLASSES) {
            text.append(ahead(column, WIDTH_WIDE));
        }
        text.append('\n');
        for (Cell cell : report.cells()) {
            if (cell.runs().isEmpty()) {
                continue;
            }
            Detours detours = cell.detours();
            text.append(padded(cell.arm() + ", load " + cell.load(), WIDTH_SUBJECT));
            for (int i = 0; i < CLASSES.length; i++) {
                double often = detours.perSecond(EDGES[i], EDGES[i + 1]);
                text.append(ahead(often == 0 ? NONE : trimmed(often) + "/s " + percent(detours.share(EDGES[i], EDGES[i + 1])),
                        WIDTH_WIDE));
            }
            text.append('\n');
        }
    }

    private void comparisons() {
        List<Beside> all = report.comparisons().stream()
                .filter(one -> !one.cell().runs().isEmpty() && !one.baseline().runs().isEmpty()).toList();
        if (all.isEmpty()) {
            return;
        }
        int needed = all.get(0).comparison().needed();
        text.append("\nComparison, round by round: the first over the second (95 % interval). A difference of less than ")
                .append(trimmed(HUNDRED * Beside.THRESHOLD)).append(" % does not count")
                .append(rounds() < needed ? "; it takes " + needed + " rounds to tell one" : "").append('\n');
        String last = "";
        StringBuilder line = new StringBuilder();
        for (Beside one : all) {
            String subject = one.subject();
            if (!subject.equals(last)) {
                text.append(line).append(line.isEmpty() ? "" : "\n");
                line.setLength(0);
                line.append(padded(subject, WIDTH_SUBJECT));
            } else {
                line.append("; ");
            }
            line.append(one.figure().text()).append(": ").append(one.sentence());
            last = subject;
        }
        text.append(line).append('\n');
    }

    private void promises() {
        List<Promise> all = report.promises();
        if (!all.isEmpty()) {
            text.append("\nTargets\n").append(all.stream().map(one -> padded(one.text(), WIDTH_SUBJECT + WIDTH)
                    + (one.met() ? "met: " : "MISSED: ") + one.measured() + "\n").collect(Collectors.joining()));
        }
    }

    private static String interval(Estimate known) {
        if (Double.isInfinite(known.high())) {
            return NONE; // one round has no interval
        }
        return "(" + time(known.low()) + "-" + time(known.high()) + ")";
    }

    private static String time(OptionalDouble nanoseconds) {
        return nanoseconds.isPresent() ? time(nanoseconds.getAsDouble()) : NONE;
    }

    private static String time(Optional<Estimate> nanoseconds) {
        return nanoseconds.map(known -> time(known.value())).orElse(NONE);
    }

    /** A duration with its unit. */
    static String time(double nanoseconds) {
        double unit = nanoseconds < MICRO ? 1 : nanoseconds < MILLI ? MICRO : nanoseconds < SECOND ? MILLI : SECOND;
        return trimmed(nanoseconds / unit) + (unit == 1 ? " ns" : unit == MICRO ? " us" : unit == MILLI ? " ms" : " s");
    }

    private static String percent(OptionalDouble part) {
        return part.isPresent() ? percent(part.getAsDouble()) : NONE;
    }

    private static String percent(double part) {
        return trimmed(part * HUNDRED) + " %";
    }

    /** Three digits or a little more: no trailing zeros after the point. */
    private static String trimmed(double value) {
        double size = Math.abs(value);
        String digits = String.format(Locale.ROOT, size < 10 ? "%.2f" : size < 100 ? "%.1f" : "%.0f", value);
        return digits.indexOf('.') < 0 ? digits : digits.replaceAll("\\.?0+$", "");
    }

    private static String padded(String cell, int width) {
        return cell + " ".repeat(Math.max(1, width - cell.length()));
    }

    private static String ahead(String cell, int width) {
        return " ".repeat(Math.max(1, width - cell.length())) + cell;
    }
}
