package org.outrigger.lab.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.load.Load;
import org.outrigger.lab.stats.Verdict;

class BesideTest {

    private static List<Cell> cells(String arms, Load... loads) {
        List<Cell> cells = new ArrayList<>();
        for (Load load : loads) {
            for (Arm arm : Arm.parse(arms)) {
                cells.add(new Cell(NoiseKernel.FWQ, arm, load, List.of(Made.run(arm, load, 0, Made.quanta(2000, 100, 20, 200)))));
            }
        }
        return cells;
    }

    @Test
    void whatIsCompared() {
        assertEquals(List.of("lwk and linux, load none", "linux, load cpu and none", "lwk, load cpu and none",
                "lwk and linux, load cpu"), Beside.all(cells("linux,lwk", Made.IDLE, Made.CPU), 1).stream().map(Beside::subject)
                .distinct().toList());
        assertEquals(List.of("lwk#2 and lwk, load none"), Beside.all(cells("lwk,lwk", Made.IDLE), 1).stream().map(Beside::subject)
                .distinct().toList(), "an A/A test");
        assertEquals(List.of(), Beside.all(cells("linux,linux+tuned", Made.CPU), 1));
    }

    /** Equal arms on a machine that drifts and stumbles: a difference is claimed in no more than one of twenty trials. */
    @Test
    void equalArmsDoNotDiffer() {
        Random random = new Random(42);
        int claims = 0;
        int trials = 200;
        for (int trial = 0; trial < trials; trial++) {
            List<NoiseRun> ones = new ArrayList<>();
            List<NoiseRun> others = new ArrayList<>();
            for (int round = 0; round < 8; round++) {
                double drift = 100 * (1 + 0.2 * random.nextDouble());
                ones.add(Made.run(Made.arm("lwk"), Made.IDLE, round, stumbling(random, drift)));
                others.add(Made.run(Made.arm("lwk"), Made.IDLE, round, stumbling(random, drift)));
            }
            Cell one = new Cell(NoiseKernel.FWQ, Made.arm("lwk"), Made.IDLE, ones);
            Cell other = new Cell(NoiseKernel.FWQ, Made.arm("lwk"), Made.IDLE, others);
            claims += Beside.of(one, other, RoundFigure.P99, 8).comparison().verdict() == Verdict.NO_DIFFERENCE ? 0 : 1;
        }
        assertTrue(claims <= 0.08 * trials, claims + " of " + trials);
    }

    /** A burst hits a whole round, and few of its values. */
    private static double[] stumbling(Random random, double usual) {
        double[] values = new double[400];
        double burst = random.nextInt(4) == 0 ? 0.05 : 0.01;
        for (int i = 0; i < values.length; i++) {
            values[i] = usual * (random.nextDouble() < burst ? 2 + 30 * random.nextDouble() : 1 + 0.01 * random.nextDouble());
        }
        return values;
    }

    /** What must not be worse beyond the interval cannot be told by one round, which has none. */
    @Test
    void oneRoundDoesNotTellWhatIsWorse() {
        double[] quiet = Made.quanta(20_000, 100, 50, 120);
        double[] loud = Made.quanta(20_000, 100, 50, 1000);
        assertEquals(List.of(), Promise.all(List.of(Made.cell(NoiseKernel.FWQ, "linux+tuned", Made.CPU, quiet),
                Made.cell(NoiseKernel.FWQ, "lwk", Made.CPU, loud))));
    }

    @Test
    void promises() {
        List<Cell> cells = new ArrayList<>();
        double[] quiet = Made.quanta(20_000, 100, 50, 120);
        double[] loud = Made.quanta(20_000, 100, 50, 1000);
        cells.add(Made.cell(NoiseKernel.FWQ, "linux", Made.CPU, loud, loud));
        cells.add(Made.cell(NoiseKernel.FWQ, "linux+tuned", Made.CPU, quiet, quiet));
        cells.add(Made.cell(NoiseKernel.FWQ, "lwk", Made.IDLE, quiet, quiet));
        cells.add(Made.cell(NoiseKernel.FWQ, "lwk", Made.CPU, quiet, quiet));
        List<Promise> kept = Promise.all(cells);
        assertEquals(3, kept.size(), kept::toString);
        assertTrue(kept.stream().allMatch(Promise::met), kept::toString);
        assertTrue(kept.get(1).measured().contains("99.99 % 1.00x"), kept::toString);
        cells.set(3, Made.cell(NoiseKernel.FWQ, "lwk", Made.CPU, loud, loud));
        assertTrue(Promise.all(cells).stream().noneMatch(Promise::met), Promise.all(cells)::toString);
        assertEquals(List.of(), Promise.all(cells.subList(0, 2)), "without an LWK nothing is promised");
    }
}
