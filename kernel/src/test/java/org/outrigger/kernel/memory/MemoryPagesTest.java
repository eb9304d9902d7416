package org.outrigger.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;

/** Which kind of pages memory gets, and when. */
class MemoryPagesTest {
    private static final long PAGE = SimulatedLinux.PAGE;
    private static final long RW = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final long ANON = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;
    private static final long MIB = 1L << 20;

    private final SimulatedKernel kernel = new SimulatedKernel(true);
    private final SimulatedProcess process = new SimulatedProcess(kernel);
    private final SimulatedLinux linux = process.linux;

    private static boolean inArena(long at) {
        return at >= Layout.ARENA_BASE && at < Layout.ARENA_END;
    }

    private static MemoryPlan plan(PageSize pages, MemoryPlan.PageFault fault) {
        MemoryPlan plan = MemoryPlan.DEFAULT;
        return new MemoryPlan(plan.amounts(), plan.guarantees(), plan.heapPages(), pages, plan.stackPages(), fault, plan.nodes(),
                plan.heapStep(), plan.heapKeep(), plan.premap(), plan.stackMost(), plan.choice());
    }

    private static SimulatedProcess with(MemoryPlan plan, int pool) {
        return new SimulatedProcess(new SimulatedKernel(true, Long.MAX_VALUE, pool, plan));
    }

    private static long map(SimulatedProcess its, long bytes) {
        return its.make(Nr.MMAP, 0, bytes, RW, ANON, -1, 0);
    }

    @Test
    void memoryIsPopulatedInTheCallThatMapsIt() {
        SimulatedProcess eager = with(plan(PageSize.GIGANTIC, MemoryPlan.PageFault.MAP), 0);
        long at = map(eager, 4 * MIB);
        assertEquals(1, eager.linux.advised(Mman.MADV_POPULATE_WRITE));
        dirty(eager, at, 4 * MIB);
        assertEquals(0, eager.make(Nr.MUNMAP, at, 4 * MIB));
        at = map(eager, 4 * MIB);
        assertEquals(0, eager.linux.page(at).content);
        assertEquals(2, eager.linux.advised(Mman.MADV_POPULATE_WRITE));
    }

    @Test
    void theFirstLargeExtentIsPopulatedByWhatTheJobIsGivenAtLaunch() {
        SimulatedProcess eager = with(plan(PageSize.GIGANTIC, MemoryPlan.PageFault.LAUNCH), 0);
        eager.space.launchBytes(64 * MIB);
        map(eager, PAGE);
        long before = eager.linux.advised(Mman.MADV_POPULATE_WRITE);
        map(eager, 4 * MIB);
        assertEquals(before + 2, eager.linux.advised(Mman.MADV_POPULATE_WRITE), "the extent, and the piece");
        assertEquals(0, eager.space.launchBytes());
    }

    @Test
    void whatFollowsIsPopulatedAheadOfAProgramThatGrowsAndTouches() {
        for (int i = 0; i < 8; i++) { // so it is learnt that pieces of this size are touched
            long at = map(process, 8 * MIB);
            dirty(process, at, 8 * MIB);
            assertEquals(0, process.make(Nr.MUNMAP, at, 8 * MIB));
        }
        assertEquals(0, kernel.ahead);
        long last = 0;
        for (int i = 0; i < 12; i++) {
            last = map(process, 8 * MIB);
        }
        assertEquals(last + 8 * MIB, kernel.ahead);
    }

    @Test
    void smallPagesAreNotAdvised() {
        SimulatedProcess small = with(plan(PageSize.SMALL, MemoryPlan.PageFault.DEMAND), 100);
        map(small, 4 * MIB);
        assertEquals(0, small.linux.advised(Mman.MADV_HUGEPAGE));
        assertEquals(0, small.linux.pooled());
        SimulatedProcess large = with(plan(PageSize.LARGE, MemoryPlan.PageFault.DEMAND), 0);
        map(large, 4 * MIB);
        assertEquals(1, large.linux.advised(Mman.MADV_HUGEPAGE));
    }

    @Test
    void whatTheProgramMapsBeyondAnArenaIsAdvisedUnlessItExpectsToUseLittle() {
        long at = process.make(Nr.MMAP, 0, (1L << 30) + PAGE, RW, ANON, -1, 0);
        assertTrue(at > 0 && !inArena(at));
        assertEquals(1, linux.advised(Mman.MADV_HUGEPAGE));
        process.make(Nr.MMAP, 0, (1L << 30) + PAGE, RW, ANON | Mman.MAP_NORESERVE, -1, 0);
        assertEquals(1, linux.advised(Mman.MADV_HUGEPAGE));
    }

    @Test
    void whatIsKeptGoesBeforeMemoryBeyondTheArena() {
        for (long size : new long[] {16 * MIB, 128 * MIB}) {
            long at = map(process, size);
            dirty(process, at, size);
            assertEquals(0, process.make(Nr.MUNMAP, at, size));
        }
        assertTrue(linux.resident() >= 128 * MIB, "kept");
        process.make(Nr.MMAP, 0, (1L << 30) + PAGE, RW, ANON | Mman.MAP_NORESERVE, -1, 0);
        assertTrue(linux.resident() >= 128 * MIB, "of which little will be used");
        long at = process.make(Nr.MMAP, 0, (1L << 30) + PAGE, RW, ANON, -1, 0);
        assertTrue(at > 0 && !inArena(at));
        assertEquals(0, linux.resident());
        long again = map(process, 128 * MIB);
        assertTrue(inArena(again));
        assertEquals(0, linux.page(again).content);
    }

    @Test
    void aPoolServesLargePiecesAsLongAsItHasPages() {
        SimulatedProcess pooled = with(MemoryPlan.DEFAULT, 40);
        long first = map(pooled, 32 * MIB);
        assertTrue(pooled.space.arena().pool().covers(first, first + 32 * MIB));
        assertTrue(pooled.linux.pooled() < 40 * Arena.HUGE, "some is left to others: " + pooled.linux.pooled());
        long second = map(pooled, 64 * MIB);
        assertFalse(pooled.space.arena().pool().touches(second, second + 64 * MIB));
        assertEquals(Set.of(Shortfall.NO_LARGE), pooled.space.poolUse().shortfalls());
        dirty(pooled, first, 32 * MIB);
        assertEquals(0, pooled.make(Nr.MUNMAP, first, 32 * MIB));
        assertEquals(first, map(pooled, 32 * MIB), "kept");
        assertEquals(0, pooled.linux.page(first).content);
    }

    @Test
    void aLargeRequestGivesItsPagesBackToThePool() {
        SimulatedProcess pooled = with(MemoryPlan.DEFAULT, 600);
        for (int turn = 0; turn < 200; turn++) { // more than there are addresses for, were they not used again
            long at = map(pooled, (1L << 30) + PAGE);
            assertTrue(inArena(at) && pooled.linux.pooled() == (1L << 30) + 2 * MIB, "turn " + turn);
            assertEquals(0, pooled.make(Nr.MUNMAP, at, (1L << 30) + PAGE));
            assertEquals(0, pooled.linux.pooled());
        }
    }

    private static void dirty(SimulatedProcess its, long at, long bytes) {
        for (long page = at; page < at + bytes; page += PAGE) {
            its.linux.page(page).content = page;
        }
    }

    @Test
    void largeRequestsHaveHugePagesUnderALimitToo() {
        Budget budget = new Budget(Limited.plan(4L << 30), 1);
        SimulatedProcess limited = new SimulatedProcess(new SimulatedKernel(true), budget.rank(0));
        long length = (1L << 30) + PAGE;
        long at = map(limited, length);
        assertTrue(at > 0 && !inArena(at));
        assertEquals(1, limited.linux.advised(Mman.MADV_HUGEPAGE));
        assertEquals(length, budget.used());
        assertEquals(-Errno.ENOMEM, map(limited, 3L << 30));
        assertTrue(limited.make(Nr.MMAP, 0, length, RW, ANON | Mman.MAP_NORESERVE, -1, 0) > 0);
        assertEquals(1, limited.linux.advised(Mman.MADV_HUGEPAGE), "who expects to use little is not advised");
        assertEquals(2 * length, budget.used());
        assertEquals(0, limited.make(Nr.MUNMAP, at, length));
        assertEquals(length, budget.used());
    }

    @Test
    void whatIsNotTouchedNeitherZeroesPagesFromAPoolNorTakesThem() {
        SimulatedProcess pooled = with(MemoryPlan.DEFAULT, 40);
        long first = map(pooled, 4 * MIB);
        assertTrue(pooled.space.arena().pool().covers(first, first + 4 * MIB));
        assertEquals(0, pooled.make(Nr.MUNMAP, first, 4 * MIB));
        for (int i = 0; i < 10; i++) {
            assertEquals(first, map(pooled, 4 * MIB), "clean as it was");
            assertEquals(0, pooled.make(Nr.MUNMAP, first, 4 * MIB));
        }
        long all = map(pooled, 40 * MIB);
        dirty(pooled, all, 40 * MIB);
        assertEquals(0, pooled.make(Nr.MUNMAP, all, 40 * MIB));
        long last = 0;
        for (int i = 0; i < 300; i++) {
            last = map(pooled, 4 * MIB);
            assertEquals(0, pooled.linux.page(last).content);
            assertEquals(0, pooled.make(Nr.MUNMAP, last, 4 * MIB));
        }
        assertTrue(last + 4 * MIB <= all || last >= all + 40 * MIB, "dirty pages are for who touches them");
        assertEquals(all, map(pooled, 40 * MIB), "who has them again");
    }
}
