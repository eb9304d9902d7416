package org.outrigger.lab.html;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.outrigger.lab.html.Block.Figure;
import org.outrigger.lab.html.Block.Finding;
import org.outrigger.lab.html.Block.Folded;
import org.outrigger.lab.html.Block.Paragraph;
import org.outrigger.lab.html.Block.Raw;
import org.outrigger.lab.html.Block.Table;
import org.outrigger.lab.html.Block.Tone;

/** A page of invented figures with every kind of block and chart in it, the same each time. */
final class Samples {
    /** What a hostile user might call a program. */
    static final String NASTY = "a\"b'</script><script>document.title='x'</script><img src=http://192.0.2.1/x.png>&amp;\u0001";
    static final List<String> ARMS = List.of("linux", "linux+cgroup", "linux+tuned", "lwk");
    static final List<String> LOADS = List.of("none", "cpu", "memory");

    private static final long SEED = 12;
    private static final int QUANTA = 12_000;
    private static final double QUANTUM = 402_000;

    private Samples() {
    }

    static Page page() {
        List<Section> sections = new ArrayList<>();
        sections.add(new Section("What came out", List.of(
                new Finding("faster", Tone.GOOD,
                "Under load memory, lwk is 5.2\u00d7 faster than linux at the 99th percentile (4.8 to 5.9)."),
                new Finding("no difference", Tone.EVEN, "Without load, the figures do not tell lwk from linux+tuned."),
                new Finding("slower", Tone.BAD, "Program " + NASTY + " is slower."))));
        List<RawValues.Series> raw = new ArrayList<>();
        List<Block> series = new ArrayList<>();
        List<Chart> tails = new ArrayList<>();
        List<List<Optional<Bars.Bar>>> variation = new ArrayList<>();
        for (String load : LOADS) {
            List<Chart> panels = new ArrayList<>();
            List<Distribution.Curve> curves = new ArrayList<>();
            List<Optional<Bars.Bar>> group = new ArrayList<>();
            for (String arm : ARMS) {
                double[] values = quanta(ARMS.indexOf(arm), LOADS.indexOf(load));
                double[] at = new double[values.length];
                for (int i = 1; i < at.length; i++) {
                    at[i] = at[i - 1] + values[i - 1] / 1e9;
                }
                panels.add(new Scatter(arm + ", load " + load, arm, new Axis("time since start", Unit.SECONDS, Axis.Scale.LINEAR,
                        0, 9),
                        Axis.logarithmic("time of one quantum", Unit.NANOSECONDS, QUANTUM, QUANTUM * 20),
                        List.of(new Scatter.Strip(0, at, values), new Scatter.Strip(5, at, values))));
                raw.add(new RawValues.Series("fwq/" + arm + "/" + load + "/" + NASTY, "ns", 0.1, values));
                double[] sorted = values.clone();
                Arrays.sort(sorted);
                curves.add(Distribution.Curve.of(arm, values));
                double mean = Arrays.stream(values).average().orElseThrow();
                double most = (sorted[sorted.length - 1] / mean - 1) * 100;
                group.add(arm.equals("linux") && load.equals("cpu") ? Optional.empty()
                        : Optional.of(new Bars.Bar(most, most * 0.8, most * 1.3)));
            }
            series.add(new Figure("FWQ under load " + load + ".", 2, panels));
            tails.add(new Distribution("Load " + load, "quanta", Axis.logarithmic("time of one quantum", Unit.NANOSECONDS,
                    QUANTUM,
                    QUANTUM * 20),
                    1.0 / QUANTA, curves));
            variation.add(group);
        }
        sections.add(new Section("Fixed work quantum", series));
        sections.add(new Section("Tails", List.of(new Figure("How to read tails.", 2, tails))));
        Axis percent = Bars.axis("largest over mean", Unit.PERCENT, variation);
        sections.add(new Section("Variation", List.of(
                new Figure("Largest variation.", 1, List.of(new Bars("Variation", "load", LOADS, percent, ARMS, variation))),
                new Figure("Wall time of the program.", 2, List.of(
                        new Bars("Wall time", "arm", List.of(""), Axis.fromZero("wall time", Unit.SECONDS, 4), ARMS,
                                List.of(List.of(bar(3.4, 3.2, 3.8), bar(3.35, 3.1, 3.5), bar(3.3, 3.25, 3.4), bar(2.4, 2.39,
                                2.42)))),
                        runs())),
                new Figure("Ratios.", 1, List.of(new Intervals("Wall time, to linux",
                        Axis.around("ratio to linux", Unit.TIMES, 0.6, 1.1), 1, 0.05, List.of(
                        new Intervals.Row("linux+cgroup", "linux+cgroup", 0.985, 0.94, 1.03, "no difference"),
                        new Intervals.Row("linux+tuned", "linux+tuned", 0.97, 0.95, 0.985, "faster"),
                        new Intervals.Row("lwk", "lwk", 0.70, 0.69, 0.72, "faster"))))))));
        sections.add(new Section("Detours and sizes", List.of(new Figure("Histogram and curve.", 2, List.of(detours(),
                steps())))));
        sections.add(new Section("Machine", List.of(
                new Table("Where it was measured", List.of("what", "value"), List.of(List.of("kernel", "6.18.0"),
                        List.of("boot parameters", "quiet " + NASTY), List.of("cores", "2"))),
                new Folded("Percentiles", new Table("", List.of("arm", "p99"), List.of(List.of("lwk", "402\u00a0\u00b5s")))),
                new Paragraph("Nothing else: " + NASTY))));
        sections.add(new Section("Data", List.of(new Raw(new RawValues(RawValues.MOST, raw)))));
        return new Page("Noise of " + NASTY, "a sample", ARMS, sections);
    }

    private static Optional<Bars.Bar> bar(double value, double low, double high) {
        return Optional.of(new Bars.Bar(value, low, high));
    }

    /**
     * Quiet work with a tick of the timer, and under load detours the rarer the longer, fewer the further the arm is to the
     * right.
     */
    private static double[] quanta(int arm, int load) {
        Random random = new Random(SEED + arm * 10L + load);
        double[] values = new double[QUANTA];
        double chance = arm == 3 ? 0.0002 : 0.02 * (load + 0.3) / (1 + arm * 3);
        for (int i = 0; i < QUANTA; i++) {
            values[i] = QUANTUM + Math.abs(random.nextGaussian()) * 300 + (arm < 3 && i % 10 == 0 ? 4_000 : 0);
            if (random.nextDouble() < chance) {
                values[i] += Math.min(QUANTUM * 18, 9_000 / Math.pow(random.nextDouble(), 1.1 / (1 + arm * 0.5)));
            }
        }
        return values;
    }

    private static Chart runs() {
        List<Lines.Line> lines = new ArrayList<>();
        double[] round = {1, 2, 3, 4, 5, 6, 7, 8};
        for (String arm : ARMS) {
            Random random = new Random(SEED + arm.length());
            double[] times = Arrays.stream(round).map(one -> (arm.equals("lwk") ? 2.4 : 3.2)
                    + random.nextDouble() * 0.3).toArray();
            lines.add(new Lines.Line(arm, round, times));
        }
        return new Lines("Run after run", new Axis("round", Unit.PLAIN, Axis.Scale.LINEAR, 0.5, 8.5),
                Axis.fromZero("wall time", Unit.SECONDS, 4), Lines.Style.JOINED, lines);
    }

    private static Chart detours() {
        double[] from = new double[13];
        double[] many = new double[13];
        double[] few = new double[13];
        for (int i = 0; i < 13; i++) {
            from[i] = 1e3 * Math.pow(10, i / 4.0);
            many[i] = i == 5 || i == 12 ? 0 : 900 / Math.pow(2.4, i);
            few[i] = i > 4 ? 0 : 3 / Math.pow(2, i);
        }
        return new Lines("Detours", Axis.logarithmic("duration of a detour", Unit.NANOSECONDS, 1e3, 1e6),
                Axis.logarithmic("detours", Unit.PER_SECOND, 0.01, 1e3), Lines.Style.STEPS,
                List.of(new Lines.Line("linux", from, many), new Lines.Line("lwk", from, few)));
    }

    private static Chart steps() {
        double[] sizes = new double[16];
        double[] linux = new double[16];
        double[] lwk = new double[16];
        for (int i = 0; i < 16; i++) {
            sizes[i] = 16384 * Math.pow(2, i);
            linux[i] = 1 + 4 * Math.max(0, i - 3) + (i > 9 ? 20 * (i - 9) : 0);
            lwk[i] = 1 + 3 * Math.max(0, i - 3) + (i > 11 ? 12 * (i - 11) : 0);
        }
        return new Lines("Pointer chase", Axis.logarithmic("working set", Unit.BYTES, sizes[0], sizes[15]),
                Axis.fromZero("time of one load", Unit.NANOSECONDS, linux[15]), Lines.Style.JOINED,
                List.of(new Lines.Line("linux", sizes, linux), new Lines.Line("lwk", sizes, lwk)));
    }
}
