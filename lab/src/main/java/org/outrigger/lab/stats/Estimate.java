package org.outrigger.lab.stats;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A figure with its confidence interval.
 *
 * @param value the figure
 * @param low   lower end of the interval
 * @param high  upper end of the interval
 */
public record Estimate(double value, double low, double high) {
    /** The confidence of the intervals. */
    public static final double CONFIDENCE = 0.95;

    private static final int RESAMPLES = 2000;
    private static final long SEED = 20_041_959L;

    /**
     * The median of one sample over that of another, with the percentile bootstrap interval: both samples are drawn anew with
     * replacement, each from itself. The draws are the same in every run, so the same samples give the same interval. (B. Efron,
     * R. Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3.)
     *
     * @param numerator   values above 0
     * @param denominator values above 0
     */
    public static Estimate ofRatio(Sample numerator, Sample denominator) {
        return of(numerator, denominator, true);
    }

    /** The median of one sample less that of another, with its interval found as for a ratio. */
    public static Estimate ofDifference(Sample minuend, Sample subtrahend) {
        return of(minuend, subtrahend, false);
    }

    private static Estimate of(Sample left, Sample right, boolean ratio) {
        RandomGenerator random = RandomGeneratorFactory.of("SplittableRandom").create(SEED);
        double[] resampled = new double[RESAMPLES];
        double[] leftValues = left.values();
        double[] rightValues = right.values();
        for (int i = 0; i < RESAMPLES; i++) {
            resampled[i] = combined(medianOfDraw(leftValues, random), medianOfDraw(rightValues, random), ratio);
        }
        Arrays.sort(resampled);
        int cut = (int) Math.round((1 - CONFIDENCE) / 2 * (RESAMPLES - 1));
        return new Estimate(combined(left.median(), right.median(), ratio), resampled[cut], resampled[RESAMPLES - 1 - cut]);
    }

    private static double combined(double left, double right, boolean ratio) {
        return ratio ? left / right : left - right;
    }

    private static double medianOfDraw(double[] values, RandomGenerator random) {
        double[] draw = new double[values.length];
        for (int i = 0; i < draw.length; i++) {
            draw[i] = values[random.nextInt(values.length)];
        }
        Arrays.sort(draw);
        return Sample.median(draw);
    }
}
