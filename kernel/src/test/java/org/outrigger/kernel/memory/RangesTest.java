package org.outrigger.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges against a map that has one tag for each address. */
class RangesTest {
    private static final int ROOM = 400;
    private static final int TAGS = 5;

    private static void assertSame(byte[] model, Ranges ranges) {
        for (int address = 0; address < ROOM; address++) {
            assertEquals(model[address], ranges.at(address));
        }
        for (int i = 0; i < ranges.size(); i++) {
            assertTrue(ranges.from(i) < ranges.to(i), "an empty range");
            assertNotEquals(Ranges.NONE, ranges.tag(i));
            if (i > 0) {
                assertTrue(ranges.to(i - 1) <= ranges.from(i), "out of order");
                assertTrue(ranges.to(i - 1) < ranges.from(i) || ranges.tag(i - 1) != ranges.tag(i), "neighbours not joined");
            }
        }
    }

    private static long firstOf(byte[] model, int start, int end, int tags) {
        int at = start;
        while (at < end && (tags >>> model[at] & 1) == 0) {
            at++;
        }
        return at;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithTheModel(long seed) {
        Random random = new Random(seed);
        byte[] model = new byte[ROOM];
        Ranges ranges = new Ranges();
        for (int step = 0; step < 4000; step++) {
            int start = random.nextInt(ROOM);
            int end = Math.min(ROOM, start + random.nextInt(random.nextInt(10) == 0 ? ROOM : 12));
            int tag = random.nextInt(TAGS);
            ranges.set(start, end, tag);
            for (int at = start; at < end; at++) {
                model[at] = (byte) tag;
            }
            assertSame(model, ranges);
            int from = random.nextInt(ROOM);
            int to = from + random.nextInt(ROOM - from);
            int tags = random.nextInt(1 << TAGS);
            assertEquals(firstOf(model, from, to, tags), ranges.firstOf(from, to, tags));
            assertEquals(firstOf(model, from, to, tags) < to, ranges.any(from, to, tags));
            int above = ranges.firstAbove(from);
            assertTrue(above == ranges.size() || ranges.to(above) > from);
            assertTrue(above == 0 || ranges.to(above - 1) <= from);
        }
    }

    @Test
    void aCopyGoesItsOwnWay() {
        Ranges ranges = new Ranges();
        ranges.set(10, 20, 1);
        Ranges copy = new Ranges(ranges);
        ranges.set(12, 14, 2);
        copy.set(0, 5, 3);
        assertEquals(1, copy.at(13));
        assertEquals(2, ranges.at(13));
        assertEquals(Ranges.NONE, ranges.at(3));
    }

    @Test
    void anEmptyOrReversedRangeChangesNothing() {
        Ranges ranges = new Ranges();
        ranges.set(10, 20, 1);
        ranges.set(15, 15, 2);
        ranges.set(18, 12, 2);
        assertEquals(1, ranges.size());
        assertEquals(15, ranges.firstOf(15, 15, ~0));
    }

    @Test
    void addressesOfAProcess() {
        Ranges ranges = new Ranges();
        ranges.set(0x6800_0000_0000L, 0x6800_0200_0000L, 1);
        assertEquals(1, ranges.at(0x6800_01ff_ffffL));
        assertEquals(Ranges.NONE, ranges.at(0x6800_0200_0000L));
        assertEquals(0x6800_0200_0000L, ranges.firstOf(0x6800_0000_0000L, 0x7fff_ffff_f000L, 1));
    }
}
