package org.outrigger.lab.noise;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The values of several rounds in one order, so that quantiles of rounds drawn anew are found without sorting anew. The
 * quantile is the smallest value that has at least its part of the values at or below it.
 */
final class Pool {
    private final double[] values;
    private final short[] round;
    private final int[] sizes;
    private final double[] sums;

    /** Pools the values of these rounds, each at least one. */
    Pool(List<double[]> rounds) {
        sizes = rounds.stream().mapToInt(one -> one.length).toArray();
        sums = rounds.stream().mapToDouble(one -> Arrays.stream(one).sum()).toArray();
        int count = Arrays.stream(sizes).sum();
        values = new double[count];
        round = new short[count];
        List<double[]> sorted = new ArrayList<>();
        rounds.forEach(one -> {
            double[] copy = one.clone();
            Arrays.sort(copy);
            sorted.add(copy);
        });
        int[] next = new int[sizes.length];
        for (int i = 0; i < count; i++) {
            int least = -1;
            for (int candidate = 0; candidate < next.length; candidate++) {
                if (next[candidate] < sizes[candidate] && (least < 0
                        || sorted.get(candidate)[next[candidate]] < sorted.get(least)[next[least]])) {
                    least = candidate;
                }
            }
            values[i] = sorted.get(least)[next[least]++];
            round[i] = (short) least;
        }
    }

    /** How many values there are. */
    int size() {
        return values.length;
    }

    double min() {
        return values[0];
    }

    double max() {
        return values[values.length - 1];
    }

    /** Whether at least one value is beyond this quantile. */
    boolean reaches(double part) {
        return values.length * (1 - part) >= 1 - 1e-9;
    }

    /**
     * A quantile.
     *
     * @param part  above 0, up to 1
     * @param drawn how often each round was drawn
     */
    double quantile(double part, int[] drawn) {
        long beyond = (long) Math.floor((1 - part) * size(drawn) + 1e-9);
        int at = values.length - 1;
        // From the top: tails are what is wanted most.
        for (long passed = drawn[round[at]]; passed <= beyond && at > 0; passed += drawn[round[at]]) {
            at--;
        }
        return values[at];
    }

    /** The mean. */
    double mean(int[] drawn) {
        return sum(drawn) / size(drawn);
    }

    /** The sum. */
    double sum(int[] drawn) {
        double sum = 0;
        for (int i = 0; i < sizes.length; i++) {
            sum += drawn[i] * sums[i];
        }
        return sum;
    }

    /** The smallest value of the rounds drawn. */
    double min(int[] drawn) {
        int at = 0;
        while (drawn[round[at]] == 0) {
            at++;
        }
        return values[at];
    }

    private long size(int[] drawn) {
        long size = 0;
        for (int i = 0; i < sizes.length; i++) {
            size += (long) drawn[i] * sizes[i];
        }
        return size;
    }
}
