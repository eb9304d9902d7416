package org.outrigger.lab.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.outrigger.lab.stats.Estimate;

/** Streams whose figures are known. */
class CellTest {

    /** A quantum of 100 us, of which each hundredth takes 200 us more: noise of 2 %, 100 detours a second or a little less. */
    @Test
    void fixedWork() {
        double[] round = Made.quanta(2000, 100_000, 100, 300_000);
        Cell cell = Made.cell(NoiseKernel.FWQ, "lwk", Made.IDLE, round, round, round);
        assertEquals(6000, cell.count());
        assertEquals(100_000, cell.min().orElseThrow());
        assertEquals(300_000, cell.max().orElseThrow());
        assertEquals(100_000, cell.quantile(Tail.MEDIAN).orElseThrow().value());
        assertEquals(100_000, cell.quantile(Tail.P99).orElseThrow().value(), "99 % are not beyond it");
        assertEquals(300_000, cell.quantile(Tail.P99_9).orElseThrow().value());
        assertEquals(Optional.empty(), cell.quantile(Tail.P99_99), "6,000 values cannot tell");
        Estimate noise = cell.noise().orElseThrow();
        assertEquals(0.02, noise.value(), 1e-9);
        assertEquals(0.02, noise.low(), 1e-9, "equal rounds have no spread");
        assertEquals(0, cell.spread(RoundFigure.MEAN).orElseThrow(), 1e-9);
        assertEquals(0.01, cell.steal().orElseThrow(), 1e-9);
        assertEquals(3 * 3 / cell.elapsedS(), cell.involuntaryPerS(), 1e-9);
        Detours detours = cell.detours();
        Detours.Duration last = detours.classes().get(detours.classes().size() - 1);
        assertEquals(200_000, last.fromNs(), 1e-3);
        assertEquals(500_000, last.toNs(), 1e-3);
        assertEquals(60, last.count());
        assertEquals(60 * 200_000, last.stolenNs(), 1e-3);
        assertEquals(60 / cell.elapsedS(), detours.perSecond(1e5, 1e6), 1e-9);
        assertEquals(0.02 / 1.02, detours.share(1e3, 1e9), 1e-9);
        assertEquals(0, detours.perSecond(1e6, 1e9));
    }

    /** Lost time is a part of all time. */
    @Test
    void fixedTimeAndDetours() {
        double[] values = new double[1000];
        values[17] = 2000;
        values[400] = 6000;
        Series series = new Series(1, true, new double[1000], values, 0, 0, 1, 1e6, 0, 0, false);
        NoiseRun run = new NoiseRun(Made.arm("linux"), Made.IDLE, 0, List.of(series), Optional.empty(), 1e6, 1);
        Cell cell = new Cell(NoiseKernel.FTQ, run.arm(), run.load(), List.of(run));
        assertEquals(0.008, cell.noise().orElseThrow().value(), 1e-12);
        assertEquals(OptionalDouble.empty(), cell.steal(), "the machine does not tell");
        assertEquals(2, cell.detours().classes().stream().mapToLong(Detours.Duration::count).sum());
    }

    /** One thread that any of four CPUs may have run: what was taken from all of them is a part of the time of all of them. */
    @Test
    void stealOfUnboundThreads() {
        Series series = Made.series(0, 1e9);
        NoiseRun run = new NoiseRun(Made.arm("linux"), Made.IDLE, 0, List.of(series), Optional.of(2e8), 1e9, 4);
        assertEquals(0.05, new Cell(NoiseKernel.FWQ, run.arm(), run.load(), List.of(run)).steal().orElseThrow(), 1e-12);
    }

    /** A round without noise is told apart from a round that was not measured. */
    @Test
    void spreadOverNothing() {
        Series quiet = new Series(1, true, new double[0], new double[0], 0, 0, 1, 1e6, 0, 0, false);
        Cell cell = new Cell(NoiseKernel.SELFISH, Made.arm("lwk"), Made.IDLE, List.of(
                new NoiseRun(Made.arm("lwk"), Made.IDLE, 0, List.of(quiet), Optional.empty(), 1e6, 1),
                Made.run(Made.arm("lwk"), Made.IDLE, 1, 1000, 10), Made.run(Made.arm("lwk"), Made.IDLE, 2, 3000)));
        assertEquals(OptionalDouble.empty(), cell.spread(RoundFigure.NOISE), "nothing can be told over 0");
        assertEquals(0, Made.cell(NoiseKernel.SELFISH, "lwk", Made.IDLE, new double[] {9}, new double[] {9})
                .spread(RoundFigure.NOISE).orElseThrow(), 1e-12);
    }

    @Test
    void nothing() {
        Cell never = Made.cell(NoiseKernel.FWQ, "lwk", Made.IDLE);
        assertEquals(0, never.count());
        assertEquals(OptionalDouble.empty(), never.min());
        assertEquals(Optional.empty(), never.noise());
        assertEquals(Optional.empty(), never.quantile(Tail.MEDIAN));
        assertEquals(OptionalDouble.empty(), never.spread(RoundFigure.P99));
        Cell quiet = Made.cell(NoiseKernel.SELFISH, "lwk", Made.IDLE, new double[0], new double[0]);
        assertEquals(List.of(), quiet.detours().classes());
        assertEquals(Optional.empty(), quiet.quantile(Tail.P99));
        assertEquals(Optional.empty(), Made.cell(NoiseKernel.FTQ, "lwk", Made.IDLE, new double[0]).noise(),
                "intervals were not measured: that is no quiet");
        Series silent = new Series(1, true, new double[0], new double[0], 0, 0, 1, 1e6, 0, 0, false);
        NoiseRun run = new NoiseRun(Made.arm("lwk"), Made.IDLE, 0, List.of(silent), Optional.empty(), 1e6, 1);
        assertEquals(0, new Cell(NoiseKernel.SELFISH, run.arm(), run.load(), List.of(run)).noise().orElseThrow().value(),
                "no detour in a millisecond is quiet");
    }

    /** Rounds differ more than the values in them: the interval must be as wide as the rounds say, not as the values would. */
    @Test
    void intervalsAreByRounds() {
        double[][] rounds = new double[8][];
        for (int i = 0; i < rounds.length; i++) {
            rounds[i] = Made.quanta(1000, 100 + i, 50, 1000 + 100 * i);
        }
        Estimate tail = Made.cell(NoiseKernel.FWQ, "lwk", Made.IDLE, rounds).quantile(Tail.P99).orElseThrow();
        assertTrue(tail.low() <= 1300 && tail.high() >= 1500, tail::toString);
    }

    @Test
    void ratiosPairRounds() {
        Cell slow = Made.cell(NoiseKernel.FWQ, "linux", Made.IDLE, Made.quanta(1000, 200, 10, 2000),
                Made.quanta(1000, 400, 10, 4000));
        Cell fast = Made.cell(NoiseKernel.FWQ, "lwk", Made.IDLE, Made.quanta(1000, 100, 10, 1000),
                Made.quanta(1000, 200, 10, 2000), Made.quanta(1000, 1, 10, 2));
        Estimate ratio = slow.ratio(fast, Tail.P99).orElseThrow();
        assertEquals(2, ratio.value(), 1e-9, "the third round has no partner");
        assertEquals(2, ratio.low(), 1e-9);
        assertEquals(2, ratio.high(), 1e-9);
    }

    @Test
    void whatTheRoundsSupport() {
        double[][] quiet = new double[6][];
        double[][] loud = new double[6][];
        Random random = new Random(11);
        for (int i = 0; i < quiet.length; i++) {
            quiet[i] = random.doubles(2000, 100, 102).toArray();
            loud[i] = random.doubles(2000, 100, 200).toArray();
        }
        Cell lwk = Made.cell(NoiseKernel.FWQ, "lwk", Made.CPU, quiet);
        Cell linux = Made.cell(NoiseKernel.FWQ, "linux", Made.CPU, loud);
        assertTrue(Beside.of(lwk, linux, RoundFigure.P99, 6).sentence().startsWith("faster 0.51"),
                Beside.of(lwk, linux, RoundFigure.P99, 6).sentence());
        assertTrue(Beside.of(linux, lwk, RoundFigure.P99, 6).sentence().startsWith("slower 1.9"));
        assertTrue(Beside.of(lwk, lwk, RoundFigure.MEAN, 6).sentence().startsWith("no difference 1.00x (1.00 to 1.00)"));
        Cell few = Made.cell(NoiseKernel.FWQ, "lwk", Made.CPU, quiet[0]);
        assertTrue(Beside.of(few, linux, RoundFigure.P99, 6).sentence().matches("no difference 0\\.5[0-9]+x"),
                "one round tells nothing");
    }
}
