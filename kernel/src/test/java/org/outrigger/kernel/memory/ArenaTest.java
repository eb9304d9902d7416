package org.outrigger.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.outrigger.corert.Layout;

class ArenaTest {
    private static final long PAGE = 4096;
    private static final long SIZE = Arena.SMALL_EXTENT;
    private final Arena arena = new Arena();
    private long extent;

    @BeforeEach
    void oneExtent() {
        extent = arena.claim(PAGE, SIZE);
        arena.extend(extent, SIZE);
    }

    @Test
    void extentsLieInTheWindowOnHugePagesAndNeverTouch() {
        assertEquals(Layout.ARENA_BASE, extent);
        assertEquals(0, extent % Arena.HUGE);
        long next = arena.claim(PAGE, SIZE);
        assertTrue(next > extent + SIZE, "a piece could span two mappings");
        assertEquals(0, next % Arena.HUGE);
        long large = arena.claim(Arena.HUGE, Arena.LARGE_EXTENT);
        assertEquals(0, large % Arena.LARGE_UNIT);
        assertTrue(arena.claim(Arena.HUGE, Arena.LARGE_EXTENT) > large + Arena.LARGE_EXTENT);
    }

    @Test
    void aFullZoneGivesNothing() {
        long zone = Arena.LARGE_BASE - Layout.ARENA_BASE;
        assertEquals(0, arena.claim(PAGE, zone));
        assertEquals(0, arena.claim(PAGE, Long.MAX_VALUE));
        assertNotEquals(0, arena.claim(PAGE, zone - SIZE - 2 * Arena.HUGE));
        assertEquals(0, arena.claim(PAGE, PAGE));
        assertNotEquals(0, arena.claim(Arena.HUGE, Arena.PLAIN_BASE - Arena.LARGE_BASE - 2 * Arena.LARGE_UNIT));
        assertEquals(0, arena.claim(Arena.HUGE, Arena.HUGE));
    }

    @Test
    void extentsGrowWithTheArenaAndHaveRoomForManyPieces() {
        assertEquals(SIZE, arena.extentFor(1));
        arena.extend(arena.claim(PAGE, SIZE), SIZE);
        assertEquals(2 * SIZE, arena.extentFor(PAGE));
        assertEquals(Arena.LARGE_EXTENT, arena.extentFor(Arena.HUGE));
        assertEquals(16L << 30, arena.extentFor(1L << 30));
    }

    @Test
    void findsTheLowestPlace() {
        assertEquals(extent, arena.find(PAGE));
        arena.use(extent, extent + PAGE);
        assertEquals(extent + PAGE, arena.find(PAGE));
        assertEquals(0, arena.findSoon(SIZE));
        arena.release(extent, extent + PAGE, Arena.DIRTY);
        assertEquals(extent, arena.find(Arena.HUGE - PAGE), "clean and dirty neighbours are one place");
    }

    @Test
    void largePiecesBeginOnAHugePage() {
        long large = arena.claim(Arena.HUGE, Arena.LARGE_EXTENT);
        arena.extend(large, Arena.LARGE_EXTENT);
        arena.use(large, large + 3 * PAGE);
        assertEquals(large + Arena.HUGE, arena.find(Arena.HUGE));
        assertEquals(large + Arena.HUGE, arena.fresh(Arena.HUGE + PAGE));
        assertEquals(large + 3 * Arena.HUGE, arena.fresh(Arena.HUGE));
    }

    @Test
    void aPlaceIsNeverFoundOverTwoExtents() {
        arena.use(extent, extent + SIZE - PAGE);
        long next = arena.claim(PAGE, SIZE);
        arena.extend(next, SIZE);
        assertEquals(next, arena.find(2 * PAGE));
    }

    /** Fresh pieces go round: each is another one until the end, and then what was given back clean is given again. */
    @Test
    void freshPiecesFollowOneAnother() {
        long piece = SIZE / 32;
        for (int i = 0; i < 32; i++) {
            long start = arena.fresh(piece);
            assertEquals(extent + i * piece, start);
            arena.use(start, start + piece);
            arena.release(start, start + piece, i == 7 ? Arena.CLEAN : Arena.UNKNOWN);
        }
        assertEquals(31 * piece, arena.unknownPart(piece));
        assertEquals(0, arena.fresh(piece));
        assertEquals(extent + 7 * piece, arena.fresh(piece));
        arena.rewind(extent);
        assertEquals(extent + 7 * piece, arena.fresh(piece));
    }

    @Test
    void whatWasUsedLastIsFoundAgainUnlessItIsUsed() {
        SizeClass kind = arena.sizeClass(PAGE);
        for (long at = extent; at < extent + 20 * PAGE; at += PAGE) {
            arena.release(at, at + PAGE, Arena.DIRTY);
            kind.shelve(at, at + PAGE);
        }
        arena.use(extent + 18 * PAGE, extent + 19 * PAGE);
        assertEquals(extent + 19 * PAGE, arena.again(kind, PAGE));
        assertEquals(extent + 17 * PAGE, arena.again(kind, PAGE));
        assertEquals(0, arena.again(kind, 2 * PAGE));
    }

    @Test
    void theLargestDirtyStretchLiesOutsideARangeIfThereIsOne() {
        arena.release(extent, extent + 2 * PAGE, Arena.DIRTY);
        arena.release(extent + 5 * PAGE, extent + 8 * PAGE, Arena.DIRTY);
        arena.release(extent + 8 * PAGE, extent + 9 * PAGE, Arena.DIRTY);
        assertEquals(extent + 5 * PAGE, arena.largestDirty(extent, extent + 2 * PAGE));
        assertEquals(extent + 9 * PAGE, arena.dirtyEnd(extent + 5 * PAGE, extent));
        assertEquals(extent, arena.largestDirty(extent + 6 * PAGE, extent + 9 * PAGE));
        assertEquals(extent + 6 * PAGE, arena.dirtyEnd(extent + 5 * PAGE, extent + 6 * PAGE));
        arena.release(extent, extent + 2 * PAGE, Arena.CLEAN);
        assertEquals(extent + 5 * PAGE, arena.largestDirty(extent + 3 * PAGE, extent + 9 * PAGE));
    }

    @Test
    void countsWhatIsUsedAndReserved() {
        arena.use(extent, extent + 10 * PAGE);
        arena.release(extent, extent + 4 * PAGE, Arena.DIRTY);
        assertEquals(6 * PAGE, arena.used());
        assertEquals(10 * PAGE, arena.peak());
        assertEquals(SIZE, arena.reserved());
        arena.forget(extent + 2 * PAGE, extent + 6 * PAGE); // two of them free, two used
        assertEquals(4 * PAGE, arena.used());
        assertEquals(SIZE - 4 * PAGE, arena.reserved());
        arena.forget(extent - Arena.HUGE, extent + 2 * SIZE);
        assertEquals(0, arena.used());
        assertEquals(0, arena.reserved());
        assertEquals(0, arena.find(PAGE));
    }

    @Test
    void aCopySharesNothing() {
        Arena copy = new Arena(arena);
        arena.use(extent, extent + PAGE);
        assertEquals(extent, copy.find(PAGE));
        assertEquals(0, copy.used());
        assertEquals(SIZE, copy.reserved());
    }
}
