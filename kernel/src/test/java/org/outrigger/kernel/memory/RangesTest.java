package org.outrigger.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges against a map that has one tag for each address. */
class RangesTest {
    private static final int ROOM = 400;
    private static final long PAGE = 4096;
    private static final int TAGS = 5;

    private static void assertSame(byte[] model, Ranges ranges) {
        long[] bytes = new long[TAGS];
        for (int page = 0; page < ROOM; page++) {
            assertEquals(model[page], ranges.at(page * PAGE));
            assertEquals(model[page], ranges.at(page * PAGE + PAGE - 1));
            bytes[model[page]] += PAGE;
        }
        for (int tag = 1; tag < TAGS; tag++) {
            assertEquals(bytes[tag], ranges.bytes(tag));
        }
        for (int i = 0; i < ranges.size(); i++) {
            assertTrue(ranges.from(i) < ranges.to(i), "an empty range");
            assertTrue(i == 0 || ranges.to(i - 1) == ranges.from(i), "a gap");
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
            ranges.set(start * PAGE, end * PAGE, tag);
            for (int at = start; at < end; at++) {
                model[at] = (byte) tag;
            }
            assertSame(model, ranges);
            int from = random.nextInt(ROOM);
            int to = from + random.nextInt(ROOM - from);
            int tags = random.nextInt(1 << TAGS);
            assertEquals(firstOf(model, from, to, tags) * PAGE, ranges.firstOf(from * PAGE, to * PAGE, tags));
            assertEquals(firstOf(model, from, to, tags) < to, ranges.any(from * PAGE, to * PAGE, tags));
            int others = random.nextInt(1 << TAGS);
            int last = from;
            for (int at = from; at < to && ((tags | others) >>> model[at] & 1) != 0; at++) {
                last = (tags >>> model[at] & 1) != 0 ? at + 1 : last;
            }
            assertEquals(last * PAGE, ranges.lastOf(from * PAGE, to * PAGE, tags, others));
            int index = ranges.index(from * PAGE + 7);
            assertTrue(ranges.from(index) <= from * PAGE && ranges.to(index) > from * PAGE);
        }
    }

    /** Pieces that come and go side by side do not make the map grow. */
    @Test
    void neighboursAreJoinedWhenRoomIsNeeded() {
        Ranges ranges = new Ranges();
        for (long page = 0; page < 100_000; page++) {
            ranges.set(page * PAGE, (page + 1) * PAGE, 1);
            ranges.set(page * PAGE, (page + 1) * PAGE, 2);
        }
        assertTrue(ranges.size() < 100, () -> ranges.size() + " ranges");
        assertEquals(100_000 * PAGE, ranges.bytes(2));
    }

    @Test
    void aCopyGoesItsOwnWay() {
        Ranges ranges = new Ranges();
        ranges.set(10 * PAGE, 20 * PAGE, 1);
        Ranges copy = new Ranges(ranges);
        ranges.set(12 * PAGE, 14 * PAGE, 2);
        copy.set(0, 5 * PAGE, 3);
        assertEquals(1, copy.at(13 * PAGE));
        assertEquals(2, ranges.at(13 * PAGE));
        assertEquals(Ranges.NONE, ranges.at(3 * PAGE));
        assertEquals(10 * PAGE, copy.bytes(1));
        assertEquals(8 * PAGE, ranges.bytes(1));
    }

    @Test
    void anEmptyOrReversedRangeChangesNothing() {
        Ranges ranges = new Ranges();
        ranges.set(10 * PAGE, 20 * PAGE, 1);
        int size = ranges.size();
        ranges.set(15 * PAGE, 15 * PAGE, 2);
        ranges.set(18 * PAGE, 12 * PAGE, 2);
        assertEquals(size, ranges.size());
        assertEquals(15 * PAGE, ranges.firstOf(15 * PAGE, 15 * PAGE, ~0));
    }

    @Test
    void addressesOfAProcess() {
        Ranges ranges = new Ranges();
        ranges.set(0x6800_0000_0000L, 0x6800_0200_0000L, 1);
        assertEquals(1, ranges.at(0x6800_01ff_ffffL));
        assertEquals(Ranges.NONE, ranges.at(0x6800_0200_0000L));
        assertEquals(Ranges.NONE, ranges.at(-PAGE));
        assertEquals(Ranges.NONE, ranges.at(Long.MAX_VALUE));
        assertEquals(0x6800_0200_0000L, ranges.firstOf(0x6800_0000_0000L, 0x7fff_ffff_f000L, 1));
    }
}
