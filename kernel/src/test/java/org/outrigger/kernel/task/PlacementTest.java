package org.outrigger.kernel.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PlacementTest {
    private static final int[] CORES = {1, 4, 1023};

    @Test
    void theLeastLoadedThenTheFirst() {
        Placement placement = new Placement();
        CoreMask all = CoreMask.of(CORES);
        for (int expected : new int[] {1, 4, 1023, 1, 4, 1023, 1}) {
            int core = placement.choose(CORES, all);
            assertEquals(expected, core);
            placement.add(core);
        }
        placement.remove(1023);
        assertEquals(1023, placement.choose(CORES, all));
        assertEquals(3, placement.load(1));
    }

    @Test
    void onlyWhereTheThreadMayRun() {
        Placement placement = new Placement();
        assertEquals(4, placement.choose(CORES, CoreMask.of(0, 4, 5)));
        assertEquals(-1, placement.choose(CORES, CoreMask.of(0, 5)));
    }

    @Test
    void masksAreSets() {
        CoreMask mask = CoreMask.of(0, 63, 64, 1023);
        assertTrue(mask.contains(63) && mask.contains(64) && mask.contains(1023));
        assertFalse(mask.contains(1) || mask.contains(1024));
        assertEquals(1L << 63 | 1, mask.word(0));
        assertEquals(1, mask.word(1));
        CoreMask copy = mask.copy();
        assertEquals(mask, copy);
        assertEquals(mask.hashCode(), copy.hashCode());
        copy.retain(CoreMask.of(64, 65));
        assertEquals(CoreMask.of(64), copy);
        assertNotEquals(mask, copy);
        copy.retain(CoreMask.of());
        assertTrue(copy.isEmpty());
        assertFalse(mask.isEmpty());
    }
}
