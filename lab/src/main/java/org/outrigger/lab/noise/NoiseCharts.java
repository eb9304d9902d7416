package org.outrigger.lab.noise;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.html.Axis;
import org.outrigger.lab.html.Bars;
import org.outrigger.lab.html.Block;
import org.outrigger.lab.html.Chart;
import org.outrigger.lab.html.Distribution;
import org.outrigger.lab.html.Intervals;
import org.outrigger.lab.html.Lines;
import org.outrigger.lab.html.Scatter;
import org.outrigger.lab.html.Unit;
import org.outrigger.lab.load.Load;
import org.outrigger.lab.stats.Estimate;

/** The pictures of a report of noise. All charts of a kind have the same axes. */
final class NoiseCharts {
    private static final double PERCENT = 100;
    private static final String NONE = "\u2013";
    /** Where a logarithmic axis of times begins when there are values of 0. */
    private static final double LEAST_NS = 100;
    private static final double WIDE = 12;

    private final NoiseReport report;
    private final List<Cell> cells;
    private final List<String> arms;

    NoiseCharts(NoiseReport report) {
        this.report = report;
        this.cells = report.cells().stream().filter(cell -> cell.count() > 0).toList();
        this.arms = report.request().arms().stream().map(Arm::label).toList();
    }

    private List<Cell> beside(Load load) {
        return cells.stream().filter(cell -> cell.load().equals(load)).toList();
    }

    /** The axis of the values, around all of them. */
    private Axis values() {
        double least = cells.stream().mapToDouble(cell -> cell.min().orElseThrow()).min().orElseThrow();
        double most = cells.stream().mapToDouble(cell -> cell.max().orElseThrow()).max().orElseThrow();
        String label = report.request().loop().kernel().value();
        return least < LEAST_NS && most > LEAST_NS * WIDE ? Axis.logarithmic(label, Unit.NANOSECONDS, LEAST_NS, most)
                : Axis.around(label, Unit.NANOSECONDS, least, most);
    }

    /** Each value over the time at which it began, an arm a panel. */
    List<Block> series() {
        List<Block> blocks = new ArrayList<>();
        if (cells.isEmpty()) {
            return blocks;
        }
        Axis up = values();
        double longest = cells.stream().mapToDouble(NoiseCharts::length).max().orElseThrow();
        Axis across = new Axis("measured time", Unit.NANOSECONDS, Axis.Scale.LINEAR, 0, longest);
        for (Load load : report.request().loads()) {
            List<Chart> panels = new ArrayList<>();
            for (Cell cell : beside(load)) {
                panels.add(new Scatter(cell.arm() + ", load " + load, cell.arm().label(), across, up, strips(cell)));
            }
            if (!panels.isEmpty()) {
                blocks.add(new Block.Figure("Load " + load
                        + ". Each dot is one value of one core; rounds stand one after the other,"
                        + " parted by dashed lines. All panels have the same axes.", 2, panels));
            }
        }
        return blocks;
    }

    private static double length(Cell cell) {
        return cell.runs().stream().mapToDouble(NoiseCharts::length).sum();
    }

    private static double length(NoiseRun run) {
        return run.series().stream().mapToDouble(Series::elapsedNs).max().orElse(0);
    }

    private static List<Scatter.Strip> strips(Cell cell) {
        List<Scatter.Strip> strips = new ArrayList<>();
        double from = 0;
        for (NoiseRun run : cell.runs()) {
            for (Series one : run.series()) {
                strips.add(new Scatter.Strip(from, one.startsNs(), one.valuesNs()));
            }
            from += length(run);
        }
        return strips;
    }

    /** The distributions, a load a panel. */
    List<Block> tails() {
        if (cells.isEmpty()) {
            return List.of();
        }
        String many = switch (report.request().loop().kernel()) {
            case FWQ -> "quanta";
            case FTQ -> "intervals";
            case SELFISH -> "detours";
        };
        Axis across = values();
        double deepest = 1.0 / Math.max(10, cells.stream().mapToInt(Cell::count).max().orElseThrow());
        List<Chart> charts = new ArrayList<>();
        for (Load load : report.request().loads()) {
            List<Distribution.Curve> curves = beside(load).stream()
                    .map(cell -> Distribution.Curve.of(cell.arm().label(), cell.runs().stream()
                            .flatMapToDouble(run -> Arrays.stream(run.values())).toArray())).toList();
            if (!curves.isEmpty()) {
                charts.add(new Distribution("Load " + load, many, across, deepest, curves));
            }
        }
        return List.of(new Block.Figure("Which share of the " + many
                + " reaches a time: the farther to the left a curve falls, the"
                + " quieter the arm. A circle marks the largest value.", 2, charts));
    }

    /** How far values vary, beside each load. */
    List<Block> variation() {
        if (cells.isEmpty()) {
            return List.of();
        }
        List<Block> blocks = new ArrayList<>();
        boolean fixed = report.request().loop().kernel() == NoiseKernel.FWQ;
        if (fixed) {
            List<List<Optional<Bars.Bar>>> largest = bars(cell -> Optional.of(Bars.Bar.of(
                    (cell.max().orElseThrow() / NoiseHtml.mean(cell) - 1) * PERCENT)));
            blocks.add(figure("How far the largest quantum lies above the mean, in per cent of it.", "Largest variation",
                    Bars.axis("largest over mean, less 1", Unit.PERCENT, largest), largest));
        }
        List<List<Optional<Bars.Bar>>> noise = bars(cell -> cell.noise().map(known -> bar(known, PERCENT)));
        blocks.add(figure((fixed ? "What noise costs: the mean over the smallest, less 1" : "The share of the time that was lost")
                + ", with its 95 % interval.", "Noise", Bars.axis("noise", Unit.PERCENT, noise), noise));
        List<List<Optional<Bars.Bar>>> tail = bars(cell -> cell.quantile(Tail.P99_9).map(known -> bar(known, 1)));
        if (tail.stream().flatMap(List::stream).anyMatch(Optional::isPresent)) {
            blocks.add(figure("99.9 % of the values are not above this, with the 95 % interval.", "99.9 %",
                    Bars.axis("99.9 % of values", Unit.NANOSECONDS, tail), tail));
        }
        return blocks;
    }

    private Block figure(String caption, String title, Axis up, List<List<Optional<Bars.Bar>>> bars) {
        return new Block.Figure(caption, 1, List.of(new Bars(title, "load",
                report.request().loads().stream().map(Load::label).toList(), up, arms, bars)));
    }

    private List<List<Optional<Bars.Bar>>> bars(Function<Cell, Optional<Bars.Bar>> bar) {
        return report.request().loads().stream().map(load -> report.request().arms().stream()
                .map(arm -> report.cell(arm, load).filter(cell -> cell.count() > 0).flatMap(bar)).toList()).toList();
    }

    private static Bars.Bar bar(Estimate known, double factor) {
        return Double.isFinite(known.high()) ? new Bars.Bar(known.value() * factor, known.low() * factor, known.high() * factor)
                : Bars.Bar.of(known.value() * factor); // one round has no interval
    }

    /** How often detours of each duration come. */
    List<Block> detours() {
        Map<Load, List<Lines.Line>> lines = new LinkedHashMap<>();
        double rarest = Double.MAX_VALUE;
        double most = 0;
        double longest = 0;
        double shortest = Double.MAX_VALUE;
        for (Cell cell : cells) {
            Detours detours = cell.detours();
            List<Detours.Duration> classes = detours.classes();
            if (classes.isEmpty()) {
                continue;
            }
            double[] from = new double[classes.size() + 1];
            double[] often = new double[classes.size() + 1];
            for (int i = 0; i < classes.size(); i++) {
                from[i] = classes.get(i).fromNs();
                often[i] = classes.get(i).count() / detours.elapsedS();
                most = Math.max(most, often[i]);
                rarest = often[i] > 0 ? Math.min(rarest, often[i]) : rarest;
            }
            double end = classes.getLast().toNs();
            from[classes.size()] = Double.isFinite(end) ? end : 2 * classes.getLast().fromNs();
            shortest = Math.min(shortest, from[0]);
            longest = Math.max(longest, from[classes.size()]);
            lines.computeIfAbsent(cell.load(), load -> new ArrayList<>()).add(new Lines.Line(cell.arm().label(), from, often));
        }
        if (lines.isEmpty()) {
            return List.of();
        }
        Axis across = Axis.logarithmic("duration of a detour", Unit.NANOSECONDS, shortest, longest);
        Axis up = Axis.logarithmic("detours on a core", Unit.PER_SECOND, rarest / 2, most * 2);
        List<Chart> charts = new ArrayList<>();
        lines.forEach((load, of) -> charts.add(new Lines("Load " + load, across, up, Lines.Style.STEPS, of)));
        Block pictures = new Block.Figure("How often detours of each duration come, in classes of 1, 2 and 5. What a parallel"
                + " program suffers from depends on both: rare and long, at the lower right, is worse than often and short.", 2,
                charts);
        return List.of(pictures, new Block.Folded("The same in numbers", detourTable()));
    }

    /** A row for each class that some arm has detours of, a column for each arm. */
    private Block detourTable() {
        List<String> heads = new ArrayList<>(List.of("load", "from", "to"));
        heads.addAll(arms);
        List<List<String>> rows = new ArrayList<>();
        for (Load load : report.request().loads()) {
            Map<String, Detours> known = new LinkedHashMap<>();
            beside(load).forEach(cell -> known.put(cell.arm().label(), cell.detours()));
            List<Detours.Duration> longest = known.values().stream().map(Detours::classes)
                    .max(Comparator.comparingInt(List::size)).orElse(List.of());
            for (Detours.Duration one : longest) {
                List<String> row = new ArrayList<>(List.of(load.label(), Unit.NANOSECONDS.text(one.fromNs()),
                        Unit.NANOSECONDS.text(one.toNs())));
                arms.forEach(arm -> row.add(Optional.ofNullable(known.get(arm))
                        .filter(detours -> detours.perSecond(one.fromNs(), one.toNs()) > 0)
                        .map(detours -> Unit.PLAIN.text(detours.perSecond(one.fromNs(), one.toNs())) + " ("
                                + Unit.PERCENT.text(detours.share(one.fromNs(), one.toNs()) * PERCENT) + ")").orElse(NONE)));
                if (row.stream().skip(3).anyMatch(cell -> !cell.equals(NONE))) {
                    rows.add(row);
                }
            }
        }
        return new Block.Table("Detours in a second of a core, and the share of the time that they took", heads, rows);
    }

    /** The ratios of arms, and of loads, with what may be said of them. */
    List<Block> comparisons() {
        Map<String, List<Beside>> groups = new LinkedHashMap<>();
        for (Beside one : report.comparisons()) {
            boolean ofArms = one.cell().load().equals(one.baseline().load());
            groups.computeIfAbsent((ofArms ? "Arm and arm, " : "Load and none, ") + one.figure().text(), name ->
                    new ArrayList<>()).add(one);
        }
        List<Chart> charts = new ArrayList<>();
        groups.forEach((name, group) -> intervals(name, group).ifPresent(charts::add));
        if (charts.isEmpty()) {
            return List.of();
        }
        Block pictures = new Block.Figure("The typical ratio in a round, first to second, with its 95 % interval. One that"
                + " reaches the shaded band, where less than " + Unit.PERCENT.text(Beside.THRESHOLD * PERCENT)
                + " differs, tells no difference. Faster means quieter here.", 1, charts);
        List<List<String>> rows = report.comparisons().stream().map(one -> List.of(one.subject(), one.figure().text(),
                one.sentence()))
                .toList();
        return List.of(pictures, new Block.Folded("The same in words",
                new Block.Table("", List.of("first and second", "figure", "what the rounds support"), rows)));
    }

    private static Optional<Chart> intervals(String name, List<Beside> group) {
        List<Intervals.Row> rows = new ArrayList<>();
        double low = 1 / (1 + Beside.THRESHOLD);
        double high = 1 + Beside.THRESHOLD;
        for (Beside one : group) {
            Optional<Estimate> known = one.comparison().ratio();
            if (known.isEmpty()) {
                continue;
            }
            double value = known.get().value();
            boolean supported = one.comparison().supported();
            Estimate ratio = supported ? known.get() : new Estimate(value, value, value);
            rows.add(new Intervals.Row(one.subject(), one.cell().arm().label(), value, ratio.low(), ratio.high(),
                    supported ? one.comparison().verdict().word() : "too few rounds"));
            low = Math.min(low, ratio.low());
            high = Math.max(high, ratio.high());
        }
        return rows.isEmpty() ? Optional.empty() : Optional.of(new Intervals(name, Axis.around("ratio, lower is quieter",
                Unit.TIMES,
                low, high), 1, Beside.THRESHOLD, rows));
    }
}
