package org.outrigger.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;

/** Single calls: their results, their errors, and how often Linux is troubled. */
class MemoryCallsTest {
    private static final long PAGE = SimulatedLinux.PAGE;
    private static final long RW = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final long ANON = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;
    private static final long BREAK = SimulatedLinux.BREAK;
    private static final long MIB = 1L << 20;

    private final SimulatedKernel kernel = new SimulatedKernel(true);
    private final SimulatedProcess process = new SimulatedProcess(kernel);
    private final SimulatedLinux linux = process.linux;

    private long map(long bytes) {
        long at = process.make(Nr.MMAP, 0, bytes, RW, ANON, -1, 0);
        assertTrue(at > 0, () -> "errno " + -at);
        for (long page = at; page < at + bytes; page += PAGE) {
            assertEquals(0, linux.page(page).content, "not zero");
            assertEquals(RW, linux.page(page).prot, "not writable");
        }
        return at;
    }

    private void dirty(long at, long bytes) {
        for (long page = at; page < at + bytes; page += PAGE) {
            linux.page(page).content = page;
        }
    }

    private static boolean inArena(long at) {
        return at >= Layout.ARENA_BASE && at < Layout.ARENA_END;
    }

    @Test
    void smallPiecesAreServedWithoutLinux() {
        long first = map(PAGE);
        assertTrue(inArena(first));
        long before = linux.calls();
        long second = 0;
        for (int i = 0; i < 20; i++) {
            second = map(5 * PAGE);
            dirty(second, 5 * PAGE);
            assertEquals(0, process.make(Nr.MUNMAP, second, 5 * PAGE));
        }
        assertEquals(second, map(5 * PAGE), "kept for the next");
        assertEquals(0, process.make(Nr.MPROTECT, second, PAGE, RW));
        assertEquals(before, linux.calls());
        assertTrue(process.space.served() > 3);
    }

    @Test
    void largePiecesComeBackZero() {
        for (int i = 0; i < 3; i++) {
            long at = map(40 * MIB);
            assertEquals(0, at % Arena.HUGE);
            dirty(at, 40 * MIB);
            assertEquals(0, process.make(Nr.MUNMAP, at, 40 * MIB));
        }
        assertEquals(1, process.space.extents());
    }

    private void churn(int times, long bytes, boolean touch) {
        for (int i = 0; i < times; i++) {
            long at = map(bytes);
            if (touch) {
                dirty(at, bytes);
            }
            assertEquals(0, process.make(Nr.MUNMAP, at, bytes));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {PAGE, 16 * PAGE, 300 * PAGE, 2 * MIB, 3 * MIB + PAGE})
    void whatIsNotTouchedIsNeitherZeroedNorOftenLookedAt(long bytes) {
        churn(100, bytes, false);
        long looks = linux.looks();
        long calls = linux.calls();
        churn(2000, bytes, false);
        assertEquals(0, linux.resident());
        assertTrue(linux.looks() - looks < 200, () -> linux.looks() - looks + " looks");
        assertTrue(linux.calls() - calls <= 2 * 6, () -> linux.calls() - calls + " calls");
    }

    @ParameterizedTest
    @ValueSource(longs = {PAGE, 16 * PAGE, 300 * PAGE, 2 * MIB, 3 * MIB + PAGE})
    void whatIsTouchedIsGivenAgain(long bytes) {
        churn(100, bytes, true);
        long calls = linux.calls();
        churn(300, bytes, true);
        // Twice a large piece lies on small pages, to learn from it, which are dropped.
        assertEquals(bytes < Arena.HUGE ? 0 : 2, linux.calls() - calls);
        assertTrue(linux.resident() <= 16 * bytes, () -> linux.resident() + " bytes resident");
    }

    /** A program that begins to touch its memory, and then leaves it alone again. */
    @Test
    void habitsChange() {
        long bytes = 16 * PAGE;
        churn(1000, bytes, false);
        churn(200, bytes, true);
        long resident = linux.resident();
        assertTrue(resident <= 100 * bytes, () -> resident + " bytes resident");
        churn(700, bytes, true);
        assertTrue(linux.resident() <= resident + 10 * bytes);
        churn(1500, bytes, false);
        long seen = process.make(Nr.MMAP, 0, bytes, RW, ANON, -1, 0);
        assertFalse(linux.page(seen).touched, "not zeroed in vain");
    }

    @Test
    void aSparselyTouchedPieceStaysSparse() {
        for (int i = 0; i < 100; i++) {
            long at = map(40 * MIB);
            dirty(at + 5 * MIB, PAGE);
            if (i % 3 == 0) {
                dirty(at + 30 * MIB, PAGE);
            }
            assertEquals(0, process.make(Nr.MUNMAP, at, 40 * MIB));
            assertTrue(linux.resident() < MIB, () -> linux.resident() + " bytes resident");
        }
    }

    /** Never more than was once in use, and 64 MiB; here also what may be touched before anybody looks. */
    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, 4 * MIB, 0})
    void freeMemoryKeepsABoundedAmountOfPages(long reach) {
        SimulatedProcess bounded = new SimulatedProcess(new SimulatedKernel(true, reach));
        long[] sizes = {30 * MIB, 2 * MIB, 24 * MIB, 16 * PAGE, 40 * MIB, MIB, 17 * MIB, 5 * MIB};
        for (int i = 0; i < 80; i++) {
            long bytes = sizes[i % sizes.length] + i / 2 * PAGE;
            long at = bounded.make(Nr.MMAP, 0, bytes, RW, ANON, -1, 0);
            for (long page = at; page < at + bytes; page += PAGE) {
                assertEquals(0, bounded.linux.page(page).content);
                bounded.linux.page(page).content = 1;
            }
            assertEquals(0, bounded.make(Nr.MUNMAP, at, bytes));
            long resident = bounded.linux.resident();
            assertTrue(resident <= bounded.space.arenaPeak() + 128 * MIB, () -> resident + " bytes resident");
        }
    }

    @Test
    void beforeAllIsLockedWhatIsMappedAheadGoesBack() {
        long at = map(4 * PAGE);
        map(2 * MIB);
        process.make(Nr.BRK, BREAK + PAGE);
        assertEquals(0, process.make(Nr.MLOCKALL, Mman.MCL_CURRENT));
        assertEquals(4 + 512 + 1, linux.mappedPages());
        assertFalse(inArena(map(PAGE)));
        assertEquals(0, process.make(Nr.MUNMAP, at, 4 * PAGE));
        assertNull(linux.page(at), "locked memory is given back");
        assertEquals(0, process.make(Nr.MUNLOCKALL));
        assertTrue(inArena(map(PAGE)));
    }

    /** In its place there may be another image, whose pages say nothing of this one's. */
    @Test
    void nobodyLooksOnceTheOwnerIsLeaving() {
        process.space.leaving(1);
        churn(50, 16 * PAGE, false);
        churn(5, 3 * MIB, true);
        assertEquals(0, linux.looks());
    }

    @Test
    void whereTheOwnerIsGoneNobodyLooksAnyMore() {
        churn(50, 16 * PAGE, false);
        long looks = linux.looks();
        assertTrue(looks > 0);
        process.space.left(2);
        churn(50, 16 * PAGE, false);
        long more = linux.looks();
        process.space.left(1);
        churn(200, 16 * PAGE, true);
        churn(5, 3 * MIB, true);
        assertEquals(more, linux.looks());
    }

    @Test
    void memoryThatLinuxWillNotDropIsClearedByHand() {
        long[] pieces = new long[3];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = map(MIB);
            dirty(pieces[i], MIB);
        }
        linux.lockAll();
        for (long piece : pieces) {
            assertEquals(0, process.make(Nr.MUNMAP, piece, MIB));
        }
        dirty(map(3 * MIB), 3 * MIB);
        assertEquals(0, process.make(Nr.MUNMAP, pieces[0], 3 * MIB));
        assertEquals(pieces[0], process.make(Nr.MMAP, pieces[0], MIB, RW, ANON | Mman.MAP_POPULATE, -1, 0));
        assertEquals(0, linux.page(pieces[0]).content);
    }

    @Test
    void badArgumentsFailAsUnderLinux() {
        long at = map(4 * PAGE);
        assertEquals(-Errno.EINVAL, process.make(Nr.MMAP, 0, 0, RW, ANON, -1, 0));
        assertEquals(-Errno.EINVAL, process.make(Nr.MUNMAP, at, 0));
        assertEquals(-Errno.EINVAL, process.make(Nr.MUNMAP, at + 1, PAGE));
        assertEquals(-Errno.EINVAL, process.make(Nr.MUNMAP, at, Long.MAX_VALUE));
        assertEquals(-Errno.EINVAL, process.make(Nr.MPROTECT, at + 8, PAGE, RW));
        assertEquals(-Errno.EINVAL, process.make(Nr.MADVISE, at + 8, PAGE, Mman.MADV_DONTNEED));
        assertEquals(-Errno.EINVAL, process.make(Nr.MREMAP, at + 8, PAGE, PAGE, 0));
        assertEquals(-Errno.EINVAL, process.make(Nr.MREMAP, at, PAGE, 0, 0));
        assertEquals(-Errno.EEXIST, process.make(Nr.MMAP, at, PAGE, RW, ANON | Mman.MAP_FIXED_NOREPLACE, -1, 0));
        assertEquals(4 * PAGE, process.space.arenaUsed());
    }

    /** To the application, free memory of the arena is not mapped. */
    @Test
    void freeMemoryIsAHole() {
        long at = map(4 * PAGE);
        assertEquals(0, process.make(Nr.MUNMAP, at + 2 * PAGE, PAGE));
        assertEquals(0, process.make(Nr.MUNMAP, at + 2 * PAGE, PAGE), "twice is no error");
        assertEquals(-Errno.ENOMEM, process.make(Nr.MPROTECT, at + 2 * PAGE, PAGE, RW));
        assertEquals(-Errno.ENOMEM, process.make(Nr.MPROTECT, at, 4 * PAGE, Mman.PROT_READ));
        assertEquals(Mman.PROT_READ, linux.page(at + PAGE).prot, "what comes before the hole is changed");
        assertEquals(RW, linux.page(at + 3 * PAGE).prot, "what comes after it is not");
        assertEquals(-Errno.ENOMEM, process.make(Nr.MADVISE, at, 4 * PAGE, Mman.MADV_DONTNEED));
        assertEquals(-Errno.ENOMEM, process.make(Nr.MINCORE, at, 4 * PAGE, 0));
        assertEquals(-Errno.ENOMEM, process.make(Nr.MSYNC, at, 4 * PAGE, 0));
        assertEquals(-Errno.ENOMEM, process.make(Nr.MLOCK, at, 4 * PAGE));
        assertEquals(-Errno.EFAULT, process.make(Nr.MREMAP, at, 4 * PAGE, 8 * PAGE, Mman.MREMAP_MAYMOVE));
        assertEquals(at + 2 * PAGE, process.make(Nr.MMAP, at + 2 * PAGE, PAGE, RW, ANON | Mman.MAP_FIXED_NOREPLACE, -1, 0));
    }

    /** What the LWK keeps for itself Linux would treat, and tell of, as if it were the application's. */
    @Test
    void aCallAboutMoreThanAHoleSeesItAsLinuxWould() {
        long at = map(8 * PAGE);
        dirty(at, 8 * PAGE);
        assertEquals(0, process.make(Nr.MUNMAP, at + 2 * PAGE, PAGE));
        assertEquals(-Errno.ENOMEM, process.make(Nr.MADVISE, at, 4 * PAGE, Mman.MADV_DONTFORK));
        assertNull(linux.page(at + 2 * PAGE), "unmapped indeed");
        assertEquals(-Errno.ENOMEM, process.make(Nr.MADVISE, at, 4 * PAGE, Mman.MADV_DONTFORK), "again");
        assertEquals(-Errno.ENOMEM, process.make(Nr.MINCORE, at, 4 * PAGE, 0));
        assertEquals(0, process.make(Nr.MUNMAP, at + 5 * PAGE, PAGE));
        assertEquals(at, process.make(Nr.MREMAP, at, 8 * PAGE, PAGE, 0), "what goes may have holes");
        assertEquals(at, linux.page(at).content);
        for (int i = 1; i < 8; i++) {
            assertNull(linux.page(at + i * PAGE));
        }
    }

    @Test
    void aPlaceOfWhichLinuxKnowsAPartToBeFreeIsFree() {
        long at = map(8 * PAGE);
        assertEquals(0, process.make(Nr.MUNMAP, at, 8 * PAGE));
        assertEquals(-Errno.ENOMEM, process.make(Nr.MPROTECT, at + 2 * PAGE, PAGE, RW));
        assertNull(linux.page(at + 2 * PAGE));
        assertEquals(at, process.make(Nr.MMAP, at, 8 * PAGE, RW, ANON | Mman.MAP_FIXED_NOREPLACE, -1, 0));
    }

    @Test
    void protectedMemoryNeverComesBackProtected() {
        long at = map(4 * PAGE);
        assertEquals(0, process.make(Nr.MPROTECT, at, 4 * PAGE, Mman.PROT_NONE));
        assertEquals(0, process.make(Nr.MUNMAP, at, 4 * PAGE));
        assertNull(linux.page(at), "only Linux knows what it is like");
        map(4 * PAGE);
        map(32 * MIB);
    }

    @Test
    void mremapGrowsInPlaceShrinksAndMoves() {
        long at = map(2 * PAGE);
        dirty(at, 2 * PAGE);
        assertEquals(at, process.make(Nr.MREMAP, at, 2 * PAGE, 6 * PAGE, 0));
        assertEquals(at + PAGE, linux.page(at + PAGE).content);
        assertEquals(0, linux.page(at + 5 * PAGE).content);
        assertEquals(at, process.make(Nr.MREMAP, at, 6 * PAGE, PAGE, 0));
        assertEquals(at + PAGE, process.make(Nr.MMAP, at + PAGE, PAGE, RW, ANON, -1, 0));
        assertEquals(-Errno.ENOMEM, process.make(Nr.MREMAP, at, PAGE, 2 * PAGE, 0));
        long moved = process.make(Nr.MREMAP, at, PAGE, 9 * PAGE, Mman.MREMAP_MAYMOVE);
        assertTrue(moved > 0 && moved != at);
        assertEquals(at, linux.page(moved).content);
        assertNull(linux.page(at));
        assertNotEquals(at, map(PAGE), "no longer the arena's");
    }

    @Test
    void aHintInTheArenaIsFollowed() {
        long at = map(8 * PAGE);
        assertEquals(0, process.make(Nr.MUNMAP, at, 8 * PAGE));
        assertEquals(at + 3 * PAGE, process.make(Nr.MMAP, at + 3 * PAGE + 5, PAGE, RW, ANON, -1, 0));
        assertNotEquals(at + 3 * PAGE, process.make(Nr.MMAP, at + 3 * PAGE, PAGE, RW, ANON, -1, 0));
    }

    @Test
    void theHeapGrowsShrinksAndComesBackZero() {
        assertEquals(BREAK, process.make(Nr.BRK, 0));
        long top = BREAK + 100 * PAGE + 24;
        assertEquals(top, process.make(Nr.BRK, top));
        long before = linux.calls();
        dirty(BREAK, 101 * PAGE);
        assertEquals(BREAK + PAGE, process.make(Nr.BRK, BREAK + PAGE));
        assertEquals(top, process.make(Nr.BRK, top));
        assertEquals(BREAK, linux.page(BREAK).content, "what is below the break stays");
        assertEquals(0, linux.page(BREAK + PAGE).content);
        assertEquals(0, linux.page(top).content);
        assertEquals(before, linux.calls());
        assertEquals(top, process.make(Nr.BRK, BREAK - 1), "a break below the heap is refused by telling the old one");
        assertEquals(100 * PAGE + 24, process.space.heapPeak());
    }

    @Test
    void anUnusualMappingAtAFixedPlaceIsLinuxs() {
        long at = map(4 * PAGE);
        assertEquals(at, process.make(Nr.MMAP, at, PAGE, Mman.PROT_READ, Mman.MAP_PRIVATE | Mman.MAP_FIXED, 3, 0));
        assertEquals(0, process.make(Nr.MUNMAP, at, 4 * PAGE));
        assertNull(linux.page(at));
        assertNotEquals(at, map(PAGE));
    }

    @Test
    void underALimitLinuxDoesTheWork() {
        long at = map(PAGE);
        process.make(Nr.BRK, BREAK + PAGE);
        process.limits(true);
        assertEquals(2, linux.mappedPages(), "nothing is kept ahead of use");
        assertFalse(inArena(map(PAGE)));
        assertEquals(BREAK + 3 * PAGE, process.make(Nr.BRK, BREAK + 3 * PAGE));
        assertEquals(1 + 1 + 3, linux.mappedPages());
        assertEquals(0, process.make(Nr.MUNMAP, at, PAGE));
        process.limits(false);
        assertTrue(inArena(map(PAGE)));
    }

    @Test
    void aLimitFromOutsideTakesEffectWithTheNextRequestForMemory() {
        long at = map(4 * PAGE);
        MemoryCalls.limitsFromOutside(process.space, true);
        assertEquals(0, process.make(Nr.MPROTECT, at, PAGE, Mman.PROT_NONE));
        assertFalse(inArena(map(PAGE)));
        assertEquals(5, linux.mappedPages());
        process.limits(false);
        assertEquals(0, process.make(Nr.MUNMAP, at, 4 * PAGE));
        for (int i = 0; i < 10; i++) {
            map(4 * PAGE);
        }
    }

    @Test
    void withoutArenasOnlyTheHeapIsServed() {
        SimulatedProcess plain = new SimulatedProcess(new SimulatedKernel(false));
        assertFalse(inArena(plain.make(Nr.MMAP, 0, PAGE, RW, ANON, -1, 0)));
        assertEquals(BREAK + PAGE, plain.make(Nr.BRK, BREAK + PAGE));
    }

    @Test
    void extentsGoRoundWhatTheApplicationHasInTheWindow() {
        long squatter = Layout.ARENA_BASE + 5 * PAGE;
        assertEquals(squatter, process.make(Nr.MMAP, squatter, PAGE, RW, ANON | Mman.MAP_FIXED, -1, 0));
        linux.page(squatter).content = 1;
        long at = map(PAGE);
        assertTrue(inArena(at) && at > squatter);
        assertEquals(1, linux.page(squatter).content);
    }
}
