package org.outrigger.lab.noise;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.attribution.Attribution;
import org.outrigger.lab.attribution.Culprit;
import org.outrigger.lab.attribution.Share;
import org.outrigger.lab.environment.Environment;
import org.outrigger.lab.inject.Injection;
import org.outrigger.lab.load.Load;

/** Streams made up for tests. */
final class Made {
    static final Load IDLE = Load.NOTHING;
    static final Load CPU = Load.parse("cpu").get(0);

    private Made() {
    }

    static Arm arm(String label) {
        return Arm.parse(label).get(0);
    }

    /** A series of these values, one after the other. */
    static Series series(int cpu, double... values) {
        double[] starts = new double[values.length];
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            starts[i] = sum;
            sum += values[i];
        }
        return new Series(cpu, true, starts, values, 1000, 2000, 2.5, sum, 1, 3, false);
    }

    static NoiseRun run(Arm arm, Load load, int round, double... values) {
        Series series = series(1, values);
        return new NoiseRun(arm, load, round, List.of(series), Optional.of(0.01 * series.elapsedNs()), series.elapsedNs(),
                1);
    }

    /** A cell with these rounds. */
    static Cell cell(NoiseKernel kernel, String arm, Load load, double[]... rounds) {
        List<NoiseRun> runs = new ArrayList<>();
        for (int round = 0; round < rounds.length; round++) {
            runs.add(run(arm(arm), load, round, rounds[round]));
        }
        return new Cell(kernel, arm(arm), load, runs);
    }

    /** So many quanta of one duration, and after each {@code every} of them one that takes longer. */
    static double[] quanta(int count, double usual, int every, double longer) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = (i + 1) % every == 0 ? longer : usual;
        }
        return values;
    }

    static NoiseReport report(NoiseKernel kernel, List<Arm> arms, List<Load> loads, int rounds, List<Cell> cells) {
        Ground ground = new Ground(Path.of("/opt"), Map.of(), new int[] {0, 1}, new int[] {1}, new int[] {0});
        NoiseRequest request = new NoiseRequest(ground, new Loop(kernel, 18, 19, 900, 1000, 0.5), arms, loads, rounds, 7,
                Optional.empty(), true, Optional.of(Injection.parse("100,250us")));
        return new NoiseReport(request, new Environment("6.1", "A CPU", true, "tsc", "madvise", "25", "", List.of()),
                Instant.parse("2026-01-02T03:04:05Z"), Duration.ofSeconds(9), false, cells,
                List.of(new Culprits(arms.get(0), loads.get(0), traced()), new Culprits(arms.get(0), loads.get(0), counted())),
                Map.of(arms.get(0), new NoiseReport.SetUp(List.of("work queues moved"), List.of("no interrupts"))),
                Map.of(CPU, "spin 1"));
    }

    /** What the kernel's trace might have told. */
    private static Attribution traced() {
        return new Attribution("trace", 12, 50_000, 0.5, 1e7, List.of(
                new Share(new Culprit(Culprit.Kind.VECTOR, "local_timer"), 9, 40_000, 5_000),
                new Share(new Culprit(Culprit.Kind.UNKNOWN, "unknown"), 3, 10_000, 4_000)),
                List.of(new Attribution.Counter("interrupt", "LOC Local timer interrupts", 9)), 4, List.of());
    }

    /** What is known without it. */
    private static Attribution counted() {
        return new Attribution("counters", 12, 50_000, 0.5, 0, List.of(),
                List.of(new Attribution.Counter("softirq", "RCU", 17)), 0, List.of("no trace: not permitted"));
    }
}
