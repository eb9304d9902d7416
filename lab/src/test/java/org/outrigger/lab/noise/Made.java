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
import org.outrigger.lab.environment.Environment;
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
        return new NoiseRun(arm, load, round, List.of(series), Optional.of(0.01 * series.elapsedNs()), series.elapsedNs());
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
                Optional.empty(), false, Optional.empty());
        return new NoiseReport(request, new Environment("6.1", "A CPU", true, "tsc", "madvise", "25", "", List.of()),
                Instant.parse("2026-01-02T03:04:05Z"), Duration.ofSeconds(9), false, cells, List.of(),
                Map.of(arms.get(0), new NoiseReport.SetUp(List.of("work queues moved"), List.of("no interrupts"))),
                Map.of(CPU, "spin 1"));
    }
}
