package org.outrigger.lab.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Made-up data with a known truth. */
class ComparisonTest {
    private static final int TRIALS = 2000;
    /** The 5 % that may err, and three standard deviations of what so many trials show by chance. */
    private static final double MOST_ERRORS = 0.05 + 3 * Math.sqrt(0.05 * 0.95 / TRIALS);
    private static final double CONFIDENCE = Estimate.CONFIDENCE;

    /** What a run takes when nothing differs: the round and the place in it are what the machine was doing. */
    enum Times {
        NORMAL {
            @Override
            double time(Random random, double drift) {
                return 1 + 0.02 * random.nextGaussian();
            }
        },
        LOG_NORMAL {
            @Override
            double time(Random random, double drift) {
                return Math.exp(0.3 * random.nextGaussian());
            }
        },
        /** A floor, and a tail without a mean. */
        HEAVY_TAILED {
            @Override
            double time(Random random, double drift) {
                return 1 + 0.01 / random.nextDouble();
            }
        },
        /** Every run is slower than the one before, by ten times the noise. */
        DRIFTING {
            @Override
            double time(Random random, double drift) {
                return (1 + 0.002 * random.nextGaussian()) * (1 + 0.02 * drift);
            }
        },
        /** Two states that last for a few rounds each. */
        TWO_STATES {
            @Override
            double time(Random random, double drift) {
                return (1 + 0.02 * random.nextGaussian()) * ((int) (drift / 7) % 2 == 0 ? 1 : 4);
            }
        },
        /** Seconds with one decimal: most rounds are ties. */
        COARSE {
            @Override
            double time(Random random, double drift) {
                return Math.rint(10 + 0.7 * random.nextGaussian()) / 10;
            }
        };

        abstract double time(Random random, double drift);
    }

    /** Two arms, interleaved with the order turned each round; the first takes {@code factor} times as long. */
    private static double[][] rounds(Times times, Random random, int rounds, double factor) {
        double[][] arms = new double[2][rounds];
        int run = random.nextInt(14);
        for (int round = 0; round < rounds; round++) {
            for (int turn = 0; turn < 2; turn++) {
                int arm = (turn + round) % 2;
                arms[arm][round] = times.time(random, run++) * (arm == 0 ? factor : 1);
            }
        }
        return arms;
    }

    private static int claims(int trials, IntFunction<Comparison> trial) {
        int claims = 0;
        for (int i = 0; i < trials; i++) {
            claims += trial.apply(i).verdict() == Verdict.NO_DIFFERENCE ? 0 : 1;
        }
        return claims;
    }

    @ParameterizedTest
    @EnumSource
    void equalArmsAreNotToldApart(Times times) {
        for (int rounds : new int[] {2, 3, 5, 6, 7, 8, 10, 20, 50}) {
            Random random = new Random(rounds);
            int claims = claims(TRIALS, trial -> {
                double[][] arms = rounds(times, random, rounds, 1);
                return Comparison.of(arms[0], arms[1], Better.LOWER, 0, CONFIDENCE);
            });
            assertTrue(claims <= MOST_ERRORS * TRIALS, times + ", " + rounds + " rounds: " + claims + " of " + TRIALS);
        }
    }

    /** Five comparisons with one baseline, none of them with a difference: all five are right in 95 % of the reports. */
    @Test
    void manyEqualArmsAreNotToldApart() {
        Random random = new Random(5);
        double each = Comparison.each(CONFIDENCE, 5);
        int wrong = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            double[][] arms = new double[6][12];
            for (double[] arm : arms) {
                for (int round = 0; round < arm.length; round++) {
                    arm[round] = Times.NORMAL.time(random, 0);
                }
            }
            boolean claim = false;
            for (int arm = 1; arm < arms.length; arm++) {
                claim |= Comparison.of(arms[arm], arms[0], Better.LOWER, 0, each).verdict() != Verdict.NO_DIFFERENCE;
            }
            wrong += claim ? 1 : 0;
        }
        assertTrue(wrong <= MOST_ERRORS * TRIALS, wrong + " of " + TRIALS);
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 7, 8, 10, 20})
    void aTenthIsFoundInNoiseOfTwoInAHundred(int rounds) {
        Random random = new Random(rounds);
        int found = 0;
        int held = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            double[][] arms = rounds(Times.NORMAL, random, rounds, 0.9);
            Comparison comparison = Comparison.of(arms[0], arms[1], Better.LOWER, 0, CONFIDENCE);
            found += comparison.verdict() == Verdict.FASTER ? 1 : 0;
            Estimate ratio = comparison.ratio().orElseThrow();
            held += ratio.low() <= 0.9 && 0.9 <= ratio.high() ? 1 : 0;
        }
        assertTrue(found >= 0.99 * TRIALS, rounds + " rounds: found " + found + " of " + TRIALS);
        assertTrue(held >= (1 - MOST_ERRORS) * TRIALS, rounds + " rounds: the interval holds the truth " + held + " times");
    }

    @Test
    void aTenthIsFoundInDriftAndBesideOutliers() {
        Random random = new Random(3);
        int drifting = claims(TRIALS, trial -> {
            double[][] arms = rounds(Times.DRIFTING, random, 10, 1.1);
            return Comparison.of(arms[0], arms[1], Better.LOWER, 0, CONFIDENCE);
        });
        assertTrue(drifting >= 0.99 * TRIALS, "drifting: " + drifting);
        int tailed = claims(TRIALS, trial -> {
            double[][] arms = rounds(Times.NORMAL, random, 12, 1.1);
            arms[random.nextInt(2)][random.nextInt(12)] *= 5;
            return Comparison.of(arms[0], arms[1], Better.LOWER, 0, CONFIDENCE);
        });
        assertTrue(tailed >= 0.95 * TRIALS, "one run in 24 takes five times as long: " + tailed);
    }

    /** A difference that just reaches the threshold is not above it, more often than chance has it. */
    @Test
    void aDifferenceAtTheThresholdDoesNotCount() {
        Random random = new Random(4);
        int claims = claims(TRIALS, trial -> {
            double[][] arms = rounds(Times.NORMAL, random, 10, 1.1);
            return Comparison.of(arms[0], arms[1], Better.LOWER, 0.1, CONFIDENCE);
        });
        assertTrue(claims <= MOST_ERRORS * TRIALS, claims + " of " + TRIALS);
        int beyond = claims(TRIALS, trial -> {
            double[][] arms = rounds(Times.NORMAL, random, 10, 1 / 1.2);
            return Comparison.of(arms[0], arms[1], Better.LOWER, 0.1, CONFIDENCE);
        });
        assertTrue(beyond >= 0.99 * TRIALS, beyond + " of " + TRIALS);
    }

    @Test
    void tooFewRoundsSupportNoClaim() {
        double[] slow = {20, 21, 22, 20, 21, 20};
        double[] fast = {10, 10, 11, 10, 11, 10};
        for (int rounds = 1; rounds < slow.length; rounds++) {
            Comparison few = Comparison.of(first(slow, rounds), first(fast, rounds), Better.LOWER, 0, CONFIDENCE);
            assertEquals(Verdict.NO_DIFFERENCE, few.verdict());
            assertEquals(6, few.needed());
            assertFalse(few.supported());
            assertFalse(few.equal());
            assertEquals(Double.POSITIVE_INFINITY, few.ratio().orElseThrow().high());
            assertEquals(0, few.ratio().orElseThrow().low());
        }
        assertEquals(Verdict.SLOWER, Comparison.of(slow, fast, Better.LOWER, 0, CONFIDENCE).verdict());
        assertEquals(Verdict.FASTER, Comparison.of(slow, fast, Better.HIGHER, 0, CONFIDENCE).verdict());
        assertEquals(Verdict.FASTER, Comparison.of(fast, slow, Better.LOWER, 0, CONFIDENCE).verdict());
        assertEquals(Verdict.SLOWER, Comparison.of(fast, slow, Better.HIGHER, 0, CONFIDENCE).verdict());
        assertEquals(Verdict.NO_DIFFERENCE, Comparison.of(slow, fast, Better.LOWER, 0, Comparison.each(CONFIDENCE, 2)).verdict());
        assertEquals(7, Comparison.of(slow, fast, Better.LOWER, 0, Comparison.each(CONFIDENCE, 2)).needed());
    }

    private static double[] first(double[] values, int count) {
        return Arrays.copyOf(values, count);
    }

    @Test
    void aRoundWithoutOneOfTheValuesDoesNotCount() {
        double[] arm = {2, Double.NaN, 2, 2, 2, 2, 2, 2};
        double[] baseline = {1, 1, Double.NaN, 1, 1, 1, 1, 1};
        Comparison comparison = Comparison.of(arm, baseline, Better.LOWER, 0, CONFIDENCE);
        assertEquals(6, comparison.rounds());
        assertEquals(2, comparison.ratio().orElseThrow().value(), 1e-12);
        assertEquals(Verdict.SLOWER, comparison.verdict());
    }

    @Test
    void withoutARatioThereIsNoClaim() {
        double[] zeros = new double[10];
        double[] ones = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
        assertEquals(Optional.empty(), Comparison.of(zeros, ones, Better.LOWER, 0, CONFIDENCE).ratio());
        assertEquals(Optional.empty(), Comparison.of(ones, zeros, Better.LOWER, 0, CONFIDENCE).ratio());
        assertEquals(Verdict.NO_DIFFERENCE, Comparison.of(ones, zeros, Better.LOWER, 0, CONFIDENCE).verdict());
        assertEquals(Optional.empty(), Comparison.of(new double[0], new double[0], Better.LOWER, 0, CONFIDENCE).ratio());
        assertThrows(IllegalArgumentException.class, () -> Comparison.of(ones, new double[1], Better.LOWER, 0, CONFIDENCE));
        assertThrows(IllegalArgumentException.class, () -> Comparison.of(ones, ones, Better.LOWER, -1, CONFIDENCE));
    }

    @Test
    void equalIsMoreThanNotToldApart() {
        double[] ones = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
        double[] near = {1.01, 0.99, 1.01, 0.99, 1, 1, 1.01, 0.99, 1, 1};
        double[] wild = {2, 0.5, 2, 0.5, 1, 1, 3, 0.3, 1, 1};
        assertTrue(Comparison.of(near, ones, Better.LOWER, 0.05, CONFIDENCE).equal());
        assertFalse(Comparison.of(near, ones, Better.LOWER, 0, CONFIDENCE).equal());
        assertTrue(Comparison.of(ones, ones, Better.LOWER, 0, CONFIDENCE).equal());
        assertFalse(Comparison.of(wild, ones, Better.LOWER, 0.05, CONFIDENCE).equal());
        assertEquals(Verdict.NO_DIFFERENCE, Comparison.of(wild, ones, Better.LOWER, 0.05, CONFIDENCE).verdict());
    }
}
