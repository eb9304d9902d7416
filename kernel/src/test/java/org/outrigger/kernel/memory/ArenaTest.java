package org.outrigger.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.outrigger.corert.Layout;

class ArenaTest {
    private static final long PAGE = 4096;
    private final Arena arena = new Arena();
    private long extent;

    @BeforeEach
    void oneExtent() {
        extent = arena.claim(Arena.EXTENT);
        arena.extend(extent, Arena.EXTENT);
    }

    @Test
    void extentsLieInTheWindowOnHugePagesAndNeverTouch() {
        assertEquals(Layout.ARENA_BASE, extent);
        assertEquals(0, extent % Arena.HUGE);
        long next = arena.claim(Arena.extentFor(100L << 20));
        assertTrue(next > extent + Arena.EXTENT, "a piece could span two mappings");
        assertEquals(0, next % Arena.HUGE);
        assertNotEquals(next, arena.claim(PAGE));
    }

    @Test
    void aFullWindowGivesNothing() {
        long window = Layout.ARENA_END - Layout.ARENA_BASE;
        assertEquals(0, arena.claim(window));
        assertEquals(0, arena.claim(Long.MAX_VALUE));
        long most = window - Arena.EXTENT - 2 * Arena.HUGE;
        assertNotEquals(0, arena.claim(most));
        assertEquals(0, arena.claim(PAGE));
    }

    @Test
    void extentsHaveASizeThatFits() {
        assertEquals(Arena.EXTENT, Arena.extentFor(1));
        assertEquals(Arena.EXTENT, Arena.extentFor(Arena.EXTENT));
        assertEquals(Arena.EXTENT + Arena.HUGE, Arena.extentFor(Arena.EXTENT + 1));
    }

    @Test
    void findsTheLowestPlaceAndAlignsLargePieces() {
        assertEquals(extent, arena.find(PAGE));
        arena.use(extent, extent + PAGE);
        assertEquals(extent + PAGE, arena.find(PAGE));
        assertEquals(extent + Arena.HUGE, arena.find(Arena.HUGE));
        assertEquals(0, arena.find(Arena.EXTENT));
        arena.release(extent, extent + PAGE, Arena.DIRTY);
        assertEquals(extent, arena.find(Arena.EXTENT), "clean and dirty neighbours are one place");
    }

    @Test
    void aPlaceIsNeverFoundOverTwoExtents() {
        arena.use(extent, extent + PAGE);
        long next = arena.claim(Arena.EXTENT);
        arena.extend(next, Arena.EXTENT);
        assertEquals(next, arena.find(Arena.EXTENT));
    }

    @Test
    void countsWhatIsUsedAndReserved() {
        arena.use(extent, extent + 10 * PAGE);
        arena.release(extent, extent + 4 * PAGE, Arena.DIRTY);
        assertEquals(6 * PAGE, arena.used());
        assertEquals(10 * PAGE, arena.peak());
        assertEquals(Arena.EXTENT, arena.reserved());
        arena.forget(extent + 2 * PAGE, extent + 6 * PAGE); // two of them free, two used
        assertEquals(4 * PAGE, arena.used());
        assertEquals(Arena.EXTENT - 4 * PAGE, arena.reserved());
        arena.forget(extent - Arena.HUGE, extent + 2 * Arena.EXTENT);
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
        assertEquals(Arena.EXTENT, copy.reserved());
    }
}
