package org.outrigger.kernel.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.outrigger.kernel.triage.Disposition;

class LatencyHistogramTest {

    private final long[] buckets = new long[LatencyBuckets.COUNT];
    private final BucketCounts counts = i -> buckets[i];

    private CallRow row(long count, long maxTicks, double rate) {
        return CallRow.ofCounters(39, "getpid", Disposition.LWK, Interception.PATCHED, count, maxTicks, counts, rate);
    }

    @Test
    void percentilesStayWithinTheErrorOfABucket() {
        double rate = 2.4;
        SplittableRandom random = new SplittableRandom(3);
        long[] ticks = new long[100_001];
        for (int i = 0; i < ticks.length; i++) {
            ticks[i] = 100 + (long) Math.exp(random.nextDouble() * 16);
            buckets[LatencyBuckets.indexOf(ticks[i])]++;
        }
        Arrays.sort(ticks);
        long longest = ticks[ticks.length - 1];
        CallRow row = row(ticks.length, longest, rate);
        assertNear(ticks[50_000] / rate, row.median().getAsLong());
        assertNear(ticks[99_000] / rate, row.p99().getAsLong());
        assertEquals(Math.round(longest / rate), row.max().getAsLong());
        assertEquals(ticks.length, row.latency().getTotalCount());
    }

    private static void assertNear(double expected, long actual) {
        assertTrue(Math.abs(actual - expected) <= expected * 0.0625, expected + " told as " + actual);
    }

    @Test
    void theMaximumIsExactAndNothingExceedsIt() {
        long ticks = LatencyBuckets.lowest(400) + 1;
        buckets[400] = 5;
        CallRow row = row(5, ticks, 1);
        assertEquals(ticks, row.max().getAsLong());
        assertEquals(ticks, row.median().getAsLong());
        assertEquals(ticks, row.p99().getAsLong());
    }

    @Test
    void countsBeyondThirtyTwoBitsAreKept() {
        buckets[20] = 0xffff_ffffL * 3;
        assertEquals(0xffff_ffffL * 3, LatencyHistogram.of(20, counts, 1).getTotalCount());
    }

    @Test
    void aMaximumThatContradictsTheBucketsGivesWay() {
        buckets[100] = 1;
        assertEquals(LatencyBuckets.middle(100), row(1, Long.MAX_VALUE, 1).max().getAsLong());
        assertEquals(LatencyBuckets.middle(100), row(1, 0, 1).max().getAsLong());
        assertEquals(LatencyBuckets.middle(100), row(1, -1, 1).max().getAsLong());
    }

    @Test
    void scribbledCountersMakeARowNevertheless() {
        Arrays.fill(buckets, 0xffff_ffffL);
        for (long max : new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE}) {
            CallRow row = row(-1, max, 1e-6);
            assertEquals(0xffff_ffffL * LatencyBuckets.COUNT, row.count());
            assertTrue(row.max().getAsLong() >= row.p99().getAsLong());
            assertTrue(row.p99().getAsLong() >= row.median().getAsLong());
        }
    }

    @Test
    void withoutCountsThereIsNoLatency() {
        CallRow row = row(7, 0, 2);
        assertEquals(7, row.count());
        assertFalse(row.median().isPresent() || row.p99().isPresent() || row.max().isPresent());
    }

    @Test
    void zeroTicksAreATime() {
        buckets[0] = 2;
        assertEquals(0, row(2, 0, 2).max().getAsLong());
        assertEquals(0, row(2, 0, 2).median().getAsLong());
    }

    @Test
    void aRateMustBeAboveZero() {
        assertThrows(IllegalArgumentException.class, () -> LatencyHistogram.of(0, counts, 0));
        assertThrows(IllegalArgumentException.class, () -> LatencyHistogram.of(0, counts, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> LatencyHistogram.of(0, counts, Double.POSITIVE_INFINITY));
    }

    @Test
    void aRowKeepsItsHistogramToItself() {
        buckets[16] = 1;
        CallRow row = row(1, 16, 1);
        Histogram given = row.latency();
        given.recordValue(1);
        assertEquals(1, row.latency().getTotalCount());
    }
}
