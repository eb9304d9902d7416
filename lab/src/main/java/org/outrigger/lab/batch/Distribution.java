package org.outrigger.lab.batch;

import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/** The durations of calls that were timed one by one. They contain the cost of the timer, which is told beside them. */
public final class Distribution {
    /** The percentiles that are told. */
    public static final List<Double> PERCENTILES = List.of(50.0, 90.0, 99.0, 99.9, 99.99);

    private static final int DIGITS = 3;
    private static final double PICOSECONDS = 1000;
    private static final double ALL = 100;

    private final Histogram picoseconds = new Histogram(DIGITS);
    private double max;

    /** A percentile as people write it: {@code p99.9}. */
    public static String name(double percentile) {
        return percentile == Math.rint(percentile) ? "p" + (long) percentile : "p" + percentile;
    }

    /** Adds calls of one duration, given in nanoseconds. */
    public void add(double nanoseconds, long count) {
        picoseconds.recordValueWithCount(Math.round(nanoseconds * PICOSECONDS), count);
    }

    /** Notes the longest call of a batch, in nanoseconds, which is known exactly. */
    public void longest(double nanoseconds) {
        max = Math.max(max, nanoseconds);
    }

    /** How many calls were timed. */
    public long count() {
        return picoseconds.getTotalCount();
    }

    /** The longest call, in nanoseconds. */
    public double max() {
        return max;
    }

    /** A percentile in nanoseconds; empty when fewer calls than one beyond it were timed, so that nothing is known of it. */
    public Optional<Double> percentile(double percentile) {
        double beyond = count() * (ALL - percentile) / ALL;
        return beyond < 1 ? Optional.empty()
                : Optional.of(Math.min(max, picoseconds.getValueAtPercentile(percentile) / PICOSECONDS));
    }
}
