package org.outrigger.bench;

import java.util.Arrays;

/**
 * The spread of some measurements, in their unit.
 *
 * @param median the middle one; the mean of the two middle ones where their number is even
 * @param min    the least
 * @param max    the greatest
 */
record Spread(double median, long min, long max) {

    /**
     * Sums up measurements.
     *
     * @param values at least one, in any order
     * @return their spread
     */
    static Spread of(long... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }
}
