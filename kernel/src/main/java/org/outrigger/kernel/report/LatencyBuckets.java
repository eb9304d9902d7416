package org.outrigger.kernel.report;

/**
 * The layout of the latency buckets that the core-side runtime counts into, one {@code u32} each, per system call and
 * way of interception.
 *
 * <p>A time of {@code t} ticks of the time-stamp counter falls into bucket
 * <pre>
 *   t &lt; 16:     t
 *   otherwise:  (e - 3) * 16 + ((t &gt;&gt; (e - 4)) &amp; 15)   where e = 63 - clz(t), and at most 639
 * </pre>
 * so below 32 ticks each bucket holds one value, and above that each power of two is cut into 16 equal parts: the width
 * of a bucket is at most a 16th (6.25 %) of its lowest value, and its middle is at most half of that away from any value
 * in it. The last bucket takes in everything from {@code 31 << 38} ticks on (more than half an hour at 4 GHz).
 */
public final class LatencyBuckets {

    /** Number of buckets. */
    public static final int COUNT = 640;

    /** Values below this have a bucket of their own by the first rule; also the number of parts of a power of two. */
    private static final int PARTS = 16;
    private static final int PART_BITS = 4;

    private LatencyBuckets() { }

    /**
     * The bucket of a time.
     *
     * @param ticks a time, taken as unsigned
     * @return 0 to {@link #COUNT} - 1
     */
    public static int indexOf(long ticks) {
        if (ticks >= 0 && ticks < PARTS) {
            return (int) ticks;
        }
        int exponent = 63 - Long.numberOfLeadingZeros(ticks);
        int part = (int) (ticks >>> (exponent - PART_BITS)) & (PARTS - 1);
        return Math.min((exponent - PART_BITS + 1) * PARTS + part, COUNT - 1);
    }

    /**
     * The lowest time that falls into a bucket.
     *
     * @param index 0 to {@link #COUNT} - 1
     * @return ticks
     */
    public static long lowest(int index) {
        checkIndex(index);
        if (index < PARTS) {
            return index;
        }
        return (long) (PARTS + index % PARTS) << (index / PARTS - 1);
    }

    /**
     * The time in the middle of a bucket: what a count in it stands for.
     *
     * @param index 0 to {@link #COUNT} - 1
     * @return ticks; the only value of the bucket where it has but one
     */
    public static long middle(int index) {
        return lowest(index) + (width(index) - 1) / 2;
    }

    /**
     * How many values fall into a bucket. The last bucket is told as if it ended like the others.
     *
     * @param index 0 to {@link #COUNT} - 1
     * @return ticks, a power of two
     */
    public static long width(int index) {
        checkIndex(index);
        return index < PARTS ? 1 : 1L << (index / PARTS - 1);
    }

    private static void checkIndex(int index) {
        if (index < 0 || index >= COUNT) {
            throw new IndexOutOfBoundsException("latency bucket " + index + " of " + COUNT);
        }
    }
}
