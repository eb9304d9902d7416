package org.outrigger.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;

/** What of a process is charged when: each call by itself, forks, shared memory, ends that nobody has told of yet. */
class CommitmentTest {
    private static final long MIB = 1L << 20;
    private static final long RW = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final long ANON = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;
    private static final long SHARED = Mman.MAP_SHARED | Mman.MAP_ANONYMOUS;
    private static final long NO_MEMORY = -Errno.ENOMEM;

    private final Budget budget = new Budget(Limited.plan(100 * MIB), 2);
    private final SimulatedKernel kernel = new SimulatedKernel(true);
    private final SimulatedProcess process = new SimulatedProcess(kernel, budget.rank(0));

    private long map(long mebibytes, long prot, long flags) {
        return process.make(Nr.MMAP, 0, mebibytes * MIB, prot, flags, -1, 0);
    }

    private void used(long mebibytes) {
        assertEquals(mebibytes * MIB, budget.used());
    }

    @Test
    void aRefusedCallChangesNothing() {
        long piece = map(60, RW, ANON);
        assertEquals(NO_MEMORY, map(41, RW, ANON));
        assertEquals(NO_MEMORY, map(2000, RW, ANON), "more than an arena gives");
        assertEquals(NO_MEMORY, process.make(Nr.MREMAP, piece, 60 * MIB, 101 * MIB, Mman.MREMAP_MAYMOVE, 0));
        assertEquals(SimulatedLinux.BREAK, process.make(Nr.BRK, SimulatedLinux.BREAK + 41 * MIB));
        used(60);
        assertEquals(4, budget.refusals());
        assertEquals(2000 * MIB, budget.largestRefusal());
        assertEquals(SimulatedLinux.BREAK + 40 * MIB, process.make(Nr.BRK, SimulatedLinux.BREAK + 40 * MIB));
        used(100);
        assertEquals(SimulatedLinux.BREAK, process.make(Nr.BRK, SimulatedLinux.BREAK));
        assertEquals(0, process.make(Nr.MUNMAP, piece, 60 * MIB));
        used(0);
        assertTrue(map(100, RW, ANON) > 0);
    }

    @Test
    void reservationsCountWhenTheyBecomeWritable() {
        long pool = map(1000, Mman.PROT_NONE, ANON | Mman.MAP_NORESERVE);
        used(0);
        assertEquals(0, process.make(Nr.MPROTECT, pool, 30 * MIB, RW));
        assertEquals(0, process.make(Nr.MPROTECT, pool + 20 * MIB, 20 * MIB, RW), "half of it once more");
        used(40);
        assertEquals(0, process.make(Nr.MPROTECT, pool, 40 * MIB, Mman.PROT_NONE), "its content stays");
        used(40);
        assertEquals(NO_MEMORY, process.make(Nr.MPROTECT, pool, 101 * MIB, RW));
        assertEquals(pool, process.make(Nr.MMAP, pool, 40 * MIB, Mman.PROT_NONE, ANON | Mman.MAP_FIXED, -1, 0));
        used(0);
        assertEquals(pool, process.make(Nr.MMAP, pool, 90 * MIB, RW, ANON | Mman.MAP_FIXED, -1, 0));
        used(90);
        assertEquals(0, process.make(Nr.MUNMAP, pool, 1000 * MIB));
        used(0);
    }

    @Test
    void sparseTablesCountAsWhole() {
        assertEquals(NO_MEMORY, map(101, RW, ANON | Mman.MAP_NORESERVE));
    }

    @Test
    void privateFilesCountWhenTheyAreWritable() {
        long file = process.make(Nr.MMAP, 0, 10 * MIB, Mman.PROT_READ, Mman.MAP_PRIVATE, 3, 0);
        long data = process.make(Nr.MMAP, 0, 10 * MIB, RW, Mman.MAP_PRIVATE, 3, 0);
        used(10);
        process.make(Nr.MPROTECT, file, MIB, RW);
        used(11);
        process.make(Nr.MUNMAP, data, 10 * MIB);
        process.make(Nr.MUNMAP, file, 10 * MIB);
        used(0);
        long shared = process.make(Nr.MMAP, 0, 500 * MIB, Mman.PROT_READ, Mman.MAP_SHARED, 3, 0);
        assertEquals(0, process.make(Nr.MPROTECT, shared, 500 * MIB, RW), "the file's own memory");
        used(0);
    }

    @Test
    void aForkPaysForItsCopy() {
        long piece = map(40, RW, ANON);
        assertTrue(kernel.calls().mayFork(process.space, 0));
        AddressSpace record = process.space.fork();
        SimulatedProcess child = process.fork(record);
        process.space.born(record);
        used(80);
        assertFalse(kernel.calls().mayFork(process.space, 0), "no room for another");
        assertEquals(0, child.make(Nr.MUNMAP, piece, 40 * MIB));
        used(40);
        assertTrue(kernel.calls().mayFork(process.space, 0));
        AddressSpace never = process.space.fork();
        process.space.born(never);
        used(80);
        never.commitment().release();
        used(40);
    }

    @Test
    void sharedMemoryCountsOnceUntilTheLastHasGone() {
        long piece = map(60, RW, SHARED);
        assertEquals(NO_MEMORY, map(41, RW, SHARED));
        used(60);
        assertTrue(kernel.calls().mayFork(process.space, 0));
        AddressSpace record = process.space.fork();
        SimulatedProcess child = process.fork(record);
        process.space.born(record);
        used(60);
        assertEquals(0, process.make(Nr.MUNMAP, piece, 60 * MIB));
        used(60);
        assertEquals(0, child.make(Nr.MUNMAP, piece, 30 * MIB));
        used(60);
        long moved = child.make(Nr.MREMAP, piece + 30 * MIB, 30 * MIB, 10 * MIB, Mman.MREMAP_MAYMOVE, 0);
        used(60);
        assertEquals(0, child.make(Nr.MUNMAP, moved, 10 * MIB));
        used(0);
        assertTrue(child.make(Nr.MMAP, 0, 50 * MIB, RW, SHARED, -1, 0) > 0);
        child.space.commitment().release();
        used(0);
    }

    /** A parent knows of its child's end as soon as it has waited for it, which may be before the LWK does. */
    @Test
    void whatTheDeadHeldIsThere() {
        SimulatedProcess other = new SimulatedProcess(kernel, budget.rank(1));
        other.space.commitment().users(1);
        assertTrue(other.make(Nr.MMAP, 0, 70 * MIB, RW, ANON, -1, 0) > 0);
        assertEquals(NO_MEMORY, map(40, RW, ANON));
        kernel.end(other.linux);
        assertTrue(map(40, RW, ANON) > 0);
        used(40);
        other.space.commitment().release();
        used(40);
        assertEquals(40 * MIB, budget.rank(0).used());
        assertEquals(0, budget.rank(1).used());
    }

    /** What one process keeps of its free memory is given back when another one needs the room, at its next call. */
    @Test
    void keptPagesGoWhenAnotherNeedsTheRoom() {
        long[] pieces = new long[4];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = map(10, RW, ANON);
            process.linux.zero(pieces[i], 10 * MIB);
        }
        for (long piece : pieces) {
            process.make(Nr.MUNMAP, piece, 10 * MIB);
        }
        assertTrue(budget.kept() >= 30 * MIB, () -> budget.kept() + " kept");
        assertTrue(process.linux.resident() >= 30 * MIB);
        SimulatedProcess other = new SimulatedProcess(kernel, budget.rank(1));
        assertTrue(other.make(Nr.MMAP, 0, 90 * MIB, RW, ANON, -1, 0) > 0, "kept pages are no obstacle");
        map(1, RW, ANON);
        assertTrue(budget.used() + budget.kept() <= budget.total(), () -> budget.kept() + " kept");
        assertEquals(0, process.linux.resident());
    }

    @Test
    void theImageIsChargedEvenWithoutRoom() {
        process.space.image(0x40_0000, 0x40_0000 + 120 * MIB, false);
        process.space.image(0x7fff_0000_0000L, 0x7fff_0010_0000L, true);
        process.space.settle();
        assertEquals(20 * MIB, budget.overdrawn());
        assertEquals(NO_MEMORY, map(1, RW, ANON));
        process.make(Nr.MUNMAP, 0x40_0000, 120 * MIB);
        used(0);
    }
}
