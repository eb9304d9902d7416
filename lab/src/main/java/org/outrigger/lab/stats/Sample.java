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

    static double median(double[] ascending) {
        int middle = ascending.length / 2;
        return ascending.length % 2 == 1 ? ascending[middle] : (ascending[middle - 1] + ascending[middle]) / 2;
    }
}
