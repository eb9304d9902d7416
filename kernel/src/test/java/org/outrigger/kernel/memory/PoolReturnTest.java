package org.outrigger.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;

/** What a job may take from the pools, and gives back when it may hold less. */
class PoolReturnTest {
    private static final long RW = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final long ANON = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;
    private static final long MIB = 1L << 20;
    private static final long PAGE = PageSize.LARGE.bytes();

    private static List<PoolShare> pages(long count) {
        return List.of(new PoolShare(PoolShare.ANY_NODE, PAGE, count));
    }

    private static SimulatedProcess with(PoolLedger ledger) {
        return new SimulatedProcess(new SimulatedKernel(true, Long.MAX_VALUE, 100, MemoryPlan.DEFAULT, ledger));
    }

    private static long map(SimulatedProcess its, long bytes) {
        return its.make(Nr.MMAP, 0, bytes, RW, ANON, -1, 0);
    }

    private static boolean pooled(SimulatedProcess its, long at, long bytes) {
        return its.space.arena().pool().covers(at, at + bytes);
    }

    @Test
    void nothingComesFromThePoolsWithoutAShare() {
        SimulatedProcess seated = with(PoolLedger.of(List.of()));
        long at = map(seated, 8 * MIB);
        assertFalse(pooled(seated, at, 8 * MIB));
        assertEquals(0, seated.linux.pooled());
        assertEquals(Set.of(), seated.space.poolUse().shortfalls(), "nobody said that there were any");
    }

    @Test
    void noMoreThanTheShareIsTaken() {
        PoolLedger ledger = PoolLedger.of(pages(6));
        SimulatedProcess seated = with(ledger);
        assertTrue(pooled(seated, map(seated, 8 * MIB), 8 * MIB));
        assertFalse(pooled(seated, map(seated, 16 * MIB), 16 * MIB));
        assertTrue(seated.linux.pooled() <= 12 * MIB);
        assertEquals(seated.linux.pooled(), ledger.held().stream().mapToLong(PoolShare::bytes).sum());
    }

    @Test
    void pagesOfPartitionsAreLeftAlone() {
        SimulatedProcess plain = with(PoolLedger.leaving(pages(97)));
        assertTrue(pooled(plain, map(plain, 4 * MIB), 4 * MIB));
        assertFalse(pooled(plain, map(plain, 8 * MIB), 8 * MIB));
        assertTrue(plain.linux.pooled() <= 6 * MIB);
    }

    @Test
    void whatIsNotInUseIsGivenBackByTheNextRequestForMemory() {
        PoolLedger ledger = PoolLedger.of(pages(60));
        SimulatedProcess seated = with(ledger);
        long kept = map(seated, 8 * MIB);
        long freed = map(seated, 32 * MIB);
        assertTrue(pooled(seated, kept, 8 * MIB) && pooled(seated, freed, 32 * MIB));
        seated.linux.page(kept).content = 5;
        assertEquals(0, seated.make(Nr.MUNMAP, freed, 32 * MIB));
        long before = seated.linux.pooled();
        ledger.most(pages(5));
        map(seated, 4096);
        assertEquals(before, seated.linux.pooled(), "nobody has asked for it");
        seated.space.poolUse().giveBack();
        assertEquals(0, seated.make(Nr.MUNMAP, map(seated, 4096), 4096));
        assertEquals(5 * PAGE, seated.linux.pooled());
        assertEquals(pages(5), ledger.held());
        assertEquals(5, seated.linux.page(kept).content, "what is in use stays");
        assertFalse(pooled(seated, map(seated, 32 * MIB), 32 * MIB));
        ledger.most(pages(60));
        ledger.demand(PAGE);
        seated.space.poolUse().giveBack();
        map(seated, 4096);
        assertEquals(pages(4), ledger.held(), "the last page that nothing is on");
        ledger.demand(PAGE);
        seated.space.poolUse().giveBack();
        map(seated, 4096);
        assertEquals(pages(4), ledger.held(), "all are in use");
        assertEquals(4 * PAGE, seated.linux.pooled());
    }

    @Test
    void whatAProcessHeldIsNobodysWhenItHasEnded() {
        PoolLedger ledger = PoolLedger.of(pages(60));
        SimulatedProcess seated = with(ledger);
        seated.space.users(1);
        map(seated, 8 * MIB);
        assertFalse(ledger.held().isEmpty());
        seated.space.users(1); // a child in the same memory
        seated.space.users(-1);
        assertFalse(ledger.held().isEmpty());
        seated.space.users(-1);
        assertEquals(List.of(), ledger.held());
    }
}
