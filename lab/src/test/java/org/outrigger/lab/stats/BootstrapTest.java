package org.outrigger.lab.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.outrigger.lab.stats.Bootstrap.Method;

class BootstrapTest {
    private static final int TRIALS = 300;
    private static final ToDoubleFunction<List<double[]>> MEAN = rounds ->
            rounds.stream().flatMapToDouble(Arrays::stream).average().orElseThrow();

    /** Rounds of values that depend on each other: what a round has in common varies as much as the values in it. */
    private static List<double[]> rounds(Random random, int count) {
        List<double[]> rounds = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double common = random.nextGaussian();
            rounds.add(random.doubles(20).map(any -> 100 + common + random.nextGaussian()).toArray());
        }
        return rounds;
    }

    @Test
    void theIntervalHoldsTheTruthThoughTheValuesOfARoundDepend() {
        for (Method method : Method.values()) {
            Random random = new Random(7);
            int rounds = 0;
            int values = 0;
            for (int trial = 0; trial < TRIALS; trial++) {
                List<double[]> data = rounds(random, 30);
                rounds += holds(Bootstrap.of(data, MEAN, 0.95, method));
                List<double[]> single = data.stream().flatMapToDouble(Arrays::stream).limit(100)
                        .mapToObj(value -> new double[] {value}).toList();
                values += holds(Bootstrap.of(single, MEAN, 0.95, method));
            }
            assertTrue(rounds >= 0.90 * TRIALS, method + ": " + rounds + " of " + TRIALS);
            assertTrue(values <= 0.70 * TRIALS, method + ": the values drawn one by one ought to mislead, but hold " + values);
        }
    }

    private static int holds(Estimate estimate) {
        return estimate.low() <= 100 && 100 <= estimate.high() ? 1 : 0;
    }

    /** The variance of a skewed distribution: the corrected interval lies further out on the side of the tail. */
    @Test
    void theCorrectedIntervalFollowsTheSkew() {
        Random random = new Random(8);
        int corrected = 0;
        int plain = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            List<Double> data = random.doubles(25).map(part -> -Math.log(part)).boxed().toList();
            ToDoubleFunction<List<Double>> variance = values -> {
                double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
                return values.stream().mapToDouble(value -> (value - mean) * (value - mean)).average().orElseThrow();
            };
            Estimate bca = Bootstrap.of(data, variance, 0.9, Method.BCA);
            Estimate percentile = Bootstrap.of(data, variance, 0.9, Method.PERCENTILE);
            corrected += bca.low() <= 1 && 1 <= bca.high() ? 1 : 0;
            plain += percentile.low() <= 1 && 1 <= percentile.high() ? 1 : 0;
        }
        assertTrue(corrected > plain, corrected + " against " + plain);
    }

    @Test
    void theSameEachTime() {
        List<double[]> data = rounds(new Random(9), 10);
        assertEquals(Bootstrap.of(data, MEAN, 0.95, Method.BCA), Bootstrap.of(data, MEAN, 0.95, Method.BCA));
        Estimate wide = Bootstrap.of(data, MEAN, 0.99, Method.PERCENTILE);
        Estimate narrow = Bootstrap.of(data, MEAN, 0.5, Method.PERCENTILE);
        assertTrue(wide.low() < narrow.low() && narrow.high() < wide.high());
    }

    @Test
    void oneRoundTellsNothingOfVariation() {
        assertEquals(new Estimate(5, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY),
                Bootstrap.of(List.of(new double[] {4, 6}), MEAN, 0.95, Method.BCA));
        List<double[]> equal = List.of(new double[] {3}, new double[] {3});
        assertEquals(new Estimate(3, 3, 3), Bootstrap.of(equal, MEAN, 0.95, Method.BCA));
        assertThrows(IllegalArgumentException.class, () -> Bootstrap.of(List.<double[]>of(), MEAN, 0.95, Method.BCA));
    }

    @Test
    void theNormalDistribution() {
        assertEquals(1.959963985, Normal.quantile(0.975), 1e-7);
        assertEquals(-3.090232306, Normal.quantile(0.001), 1e-7);
        assertEquals(0, Normal.quantile(0.5), 1e-9);
        assertEquals(0.975, Normal.below(1.959963985), 1e-7);
        assertEquals(0.001349898, Normal.below(-3), 1e-7);
    }
}
