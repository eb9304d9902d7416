package org.outrigger.kernel.report;

/** The counts of the latency buckets of one system call and way of interception, wherever they live. */
@FunctionalInterface
public interface BucketCounts {

    /**
     * The count of one bucket.
     *
     * @param index 0 to {@link LatencyBuckets#COUNT} - 1
     * @return 0 or more: a {@code u32} of shared memory widened without its sign, or a sum of such
     */
    long at(int index);
}
