package org.outrigger.kernel.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LatencyBucketsTest {

    private static final int LAST = LatencyBuckets.COUNT - 1;

    /** The rule as the C side writes it, so that a change to either shows. */
    private static int byTheRule(long t) {
        if (t < 16) {
            return (int) t;
        }
        int e = 63 - Long.numberOfLeadingZeros(t);
        return (int) Math.min((e - 3) * 16 + ((t >> (e - 4)) & 15), LAST);
    }

    @Test
    void everyBucketBeginsWhereThePreviousEnds() {
        assertEquals(0, LatencyBuckets.lowest(0));
        for (int i = 1; i < LatencyBuckets.COUNT; i++) {
            assertEquals(LatencyBuckets.lowest(i - 1) + LatencyBuckets.width(i - 1), LatencyBuckets.lowest(i), "bucket " + i);
        }
    }

    @Test
    void lowestMiddleAndHighestFallIntoTheirBucket() {
        for (int i = 0; i < LatencyBuckets.COUNT; i++) {
            assertEquals(i, LatencyBuckets.indexOf(LatencyBuckets.lowest(i)));
            assertEquals(i, LatencyBuckets.indexOf(LatencyBuckets.middle(i)));
            assertEquals(i, LatencyBuckets.indexOf(LatencyBuckets.lowest(i) + LatencyBuckets.width(i) - 1));
        }
    }

    @Test
    void agreesWithTheRule() {
        for (long t = 0; t < 10_000; t++) {
            assertEquals(byTheRule(t), LatencyBuckets.indexOf(t), "ticks " + t);
        }
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 10_000; i++) {
            long t = random.nextLong() >>> random.nextInt(1, 64);
            assertEquals(byTheRule(t), LatencyBuckets.indexOf(t), "ticks " + t);
        }
    }

    @Test
    void theMiddleIsWithinASixteenthOfEveryValue() {
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 100_000; i++) {
            long t = random.nextLong(1L << 43) >>> random.nextInt(0, 42);
            long middle = LatencyBuckets.middle(LatencyBuckets.indexOf(t));
            assertTrue(Math.abs(middle - t) <= t / 16.0 / 2 + 0.5, "ticks " + t + ", middle " + middle);
        }
    }

    @Test
    void theLastBucketTakesTheRest() {
        assertEquals(31L << 38, LatencyBuckets.lowest(LAST));
        assertEquals(LAST, LatencyBuckets.indexOf(1L << 43));
        assertEquals(LAST, LatencyBuckets.indexOf(Long.MAX_VALUE));
        assertEquals(LAST, LatencyBuckets.indexOf(-1), "the largest unsigned value");
    }

    @Test
    void thereIsNoBucketOutside() {
        assertThrows(IndexOutOfBoundsException.class, () -> LatencyBuckets.lowest(-1));
        assertThrows(IndexOutOfBoundsException.class, () -> LatencyBuckets.middle(LatencyBuckets.COUNT));
    }
}
