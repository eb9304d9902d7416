package org.outrigger.kernel.report;

import org.HdrHistogram.Histogram;

/**
 * Turns raw latency counters into a histogram of nanoseconds.
 *
 * <p>The counters lie in memory that the application can write to and may be read while they change, so no value of them is
 * refused: a maximum that contradicts the highest bucket with a count gives way to that bucket's middle.
 */
public final class LatencyHistogram {

    /** The histogram's own precision: within 1 %, finer than the buckets (3.2 %) are. */
    private static final int SIGNIFICANT_DIGITS = 2;

    /** The largest time that is kept, some 146 years: what exceeds it is not a latency but a scribble. */
    private static final long MAX_NANOSECONDS = 1L << 62;

    private LatencyHistogram() { }

    /**
     * Converts counters. Each count is recorded at the middle of its bucket, but never above the maximum; one of the counts
     * of the highest bucket stands for the maximum itself.
     *
     * @param maxTicks           the longest time, unsigned
     * @param buckets            counts per bucket
     * @param ticksPerNanosecond rate of the time-stamp counter, above 0
     * @return nanoseconds; empty if all buckets are
     * @throws IllegalArgumentException if the rate is not a number above 0
     */
    public static Histogram of(long maxTicks, BucketCounts buckets, double ticksPerNanosecond) {
        int top = highestUsed(buckets);
        if (top < 0) {
            checkRate(ticksPerNanosecond);
            return new Histogram(1, 2, SIGNIFICANT_DIGITS);
        }
        long longest = longest(maxTicks, top);
        long max = nanoseconds(longest, ticksPerNanosecond);
        Histogram histogram = new Histogram(1, Math.max(2, max), SIGNIFICANT_DIGITS);
        for (int i = 0; i <= top; i++) {
            long count = buckets.at(i);
            if (i == top && count > 0) {
                histogram.recordValue(max);
                count--;
            }
            if (count > 0) {
                long ticks = Math.min(LatencyBuckets.middle(i), longest);
                histogram.recordValueWithCount(nanoseconds(ticks, ticksPerNanosecond), count);
            }
        }
        return histogram;
    }

    /**
     * The longest time in nanoseconds, exact to the rounding of the conversion.
     *
     * @param maxTicks           the longest time, unsigned
     * @param buckets            counts per bucket
     * @param ticksPerNanosecond rate of the time-stamp counter, above 0
     * @return nanoseconds; 0 if all buckets are empty
     */
    public static long maxNanoseconds(long maxTicks, BucketCounts buckets, double ticksPerNanosecond) {
        int top = highestUsed(buckets);
        return top < 0 ? 0 : nanoseconds(longest(maxTicks, top), ticksPerNanosecond);
    }

    private static long longest(long maxTicks, int top) {
        return LatencyBuckets.indexOf(maxTicks) == top && maxTicks > 0 ? maxTicks : LatencyBuckets.middle(top);
    }

    private static int highestUsed(BucketCounts buckets) {
        int index = LatencyBuckets.COUNT - 1;
        while (index >= 0 && buckets.at(index) == 0) {
            index--;
        }
        return index;
    }

    private static long nanoseconds(long ticks, double ticksPerNanosecond) {
        checkRate(ticksPerNanosecond);
        return Math.min(MAX_NANOSECONDS, Math.round(ticks / ticksPerNanosecond));
    }

    private static void checkRate(double ticksPerNanosecond) {
        if (!(ticksPerNanosecond > 0) || Double.isInfinite(ticksPerNanosecond)) {
            throw new IllegalArgumentException("ticks per nanosecond: " + ticksPerNanosecond);
        }
    }
}
