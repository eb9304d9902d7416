package org.outrigger.lab.stats;

import java.util.Arrays;

/** Some measured values, at least one, in the order of measurement. */
public final class Sample {
    private final double[] values;
    private final double[] sorted;

    /**
     * A sample of these values.
     *
     * @throws IllegalArgumentException when there are none, or one is not a number
     */
    public Sample(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("a sample without values");
        }
        this.values = values.clone();
        this.sorted = values.clone();
        Arrays.sort(sorted);
        if (Double.isNaN(sorted[sorted.length - 1])) {
            throw new IllegalArgumentException("a value is not a number");
        }
    }

    /** The values in the order of measurement. */
    public double[] values() {
        return values.clone();
    }

    /** How many values there are. */
    public int size() {
        return values.length;
    }

    /** The smallest value. */
    public double min() {
        return sorted[0];
    }

    /** The largest value. */
    public double max() {
        return sorted[sorted.length - 1];
    }

    /** The middle value; the mean of the two middle ones of an even number. */
    public double median() {
        return median(sorted);
    }

    /** The median absolute deviation from the median, unscaled: half of the values lie within it. */
    public double deviation() {
        double centre = median();
        double[] distances = new double[sorted.length];
        for (int i = 0; i < sorted.length; i++) {
            distances[i] = Math.abs(sorted[i] - centre);
        }
        Arrays.sort(distances);
        return median(distances);
    }

    /**
     * The value below which a part of the values lies, interpolated between its neighbours as R and NumPy do by default (type 7
     * of R. Hyndman, Y. Fan, 1996). See {@link #reaches} for how far into the tail a sample can tell.
     *
     * @param part from 0, the smallest value, to 1, the largest
     */
    public double quantile(double part) {
        return quantile(sorted, part);
    }

    /** Whether at least one value is expected beyond this quantile: 99.99 % of fewer than 10,000 values is but their maximum. */
    public boolean reaches(double part) {
        return sorted.length * (1 - part) >= 1 - 1e-9;
    }

    /** The arithmetic mean. */
    public double mean() {
        double sum = 0;
        for (double value : sorted) {
            sum += value;
        }
        return sum / sorted.length;
    }

    /** The variation as benchmarks of noise have it: the largest value over the smallest, less 1. */
    public double variation() {
        return max() / min() - 1;
    }

    /** The coefficient of variation: the standard deviation (divisor {@code n - 1}) over the mean; 0 for one value. */
    public double coefficient() {
        if (sorted.length == 1) {
            return 0;
        }
        double mean = mean();
        double squares = 0;
        for (double value : sorted) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / (sorted.length - 1)) / mean;
    }

    static double quantile(double[] ascending, double part) {
        if (!(part >= 0 && part <= 1)) {
            throw new IllegalArgumentException("a part of " + part);
        }
        double place = part * (ascending.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, ascending.length - 1);
        return ascending[below] + (place - below) * (ascending[above] - ascending[below]);
    }

    static double median(double[] ascending) {
        int middle = ascending.length / 2;
        return ascending.length % 2 == 1 ? ascending[middle] : (ascending[middle - 1] + ascending[middle]) / 2;
    }
}
