package org.outrigger.kernel.report;

import java.util.Objects;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;
import org.outrigger.kernel.triage.Disposition;

/**
 * What one system call did by one way of interception.
 *
 * <p>A call that does not return, such as {@code exit_group}, is counted and has no latency.
 *
 * @param number         number of the x86-64 ABI
 * @param name           name as in {@code asm/unistd_64.h}
 * @param disposition    who served it
 * @param interception   how it was intercepted
 * @param count          how many were made
 * @param maxNanoseconds the longest latency, exact where the histogram rounds; 0 if there is none
 * @param latency        time from the call's arrival in the core-side runtime to its answer, in nanoseconds; copied, on the
 *                       way in and out
 */
public record CallRow(int number, String name, Disposition disposition, Interception interception, long count,
        long maxNanoseconds, Histogram latency) {

    /** Refuses nulls and negative numbers, and copies the histogram. */
    public CallRow {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(disposition, "disposition");
        Objects.requireNonNull(interception, "interception");
        if (number < 0 || count < 0 || maxNanoseconds < 0) {
            throw new IllegalArgumentException(name + ": number " + number + ", count " + count + ", max " + maxNanoseconds);
        }
        latency = latency.copy();
    }

    /**
     * Makes a row of raw counters.
     *
     * @param number             number of the x86-64 ABI
     * @param name               name as in {@code asm/unistd_64.h}
     * @param disposition        who served it
     * @param interception       how it was intercepted
     * @param count              how many were made, unsigned; where no such number can be, the sum of the buckets is taken
     * @param maxTicks           the longest time in ticks, unsigned
     * @param buckets            counts per bucket of {@link LatencyBuckets}
     * @param ticksPerNanosecond rate of the time-stamp counter, above 0
     * @return the row
     */
    public static CallRow ofCounters(int number, String name, Disposition disposition, Interception interception, long count,
            long maxTicks, BucketCounts buckets, double ticksPerNanosecond) {
        Histogram latency = LatencyHistogram.of(maxTicks, buckets, ticksPerNanosecond);
        long max = LatencyHistogram.maxNanoseconds(maxTicks, buckets, ticksPerNanosecond);
        return new CallRow(number, name, disposition, interception, count < 0 ? latency.getTotalCount() : count, max, latency);
    }

    @Override
    public Histogram latency() {
        return latency.copy();
    }

    /** The median latency in nanoseconds, within 4 %; empty if no call has returned. */
    public OptionalLong median() {
        return percentile(50);
    }

    /** The 99th percentile of the latency in nanoseconds, within 4 %; empty if no call has returned. */
    public OptionalLong p99() {
        return percentile(99);
    }

    /** The longest latency in nanoseconds; empty if no call has returned. */
    public OptionalLong max() {
        return latency.getTotalCount() == 0 ? OptionalLong.empty() : OptionalLong.of(maxNanoseconds);
    }

    /** The histogram rounds up within its precision; no percentile may pass the maximum for that. */
    private OptionalLong percentile(double percentile) {
        return latency.getTotalCount() == 0
                ? OptionalLong.empty()
                : OptionalLong.of(Math.min(latency.getValueAtPercentile(percentile), maxNanoseconds));
    }
}
