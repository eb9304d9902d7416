package org.outrigger.kernel.memory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Large pieces of which little is touched come to lie on small pages, and others stay on huge ones. */
class SparsePiecesTest {
    private static final long PAGE = SimulatedLinux.PAGE;
    private static final long RW = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final long ANON = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;
    private static final long MIB = 1L << 20;

    private final SimulatedProcess process = new SimulatedProcess(new SimulatedKernel(true));
    private final SimulatedLinux linux = process.linux;

    private long map(long bytes) {
        long at = process.make(Nr.MMAP, 0, bytes, RW, ANON, -1, 0);
        assertTrue(at >= Layout.ARENA_BASE && at < Layout.ARENA_END, () -> Long.toHexString(at));
        assertEquals(0, at % Arena.HUGE);
        return at;
    }

    private void touch(long at, long bytes, long step) {
        for (long page = at; page < at + bytes; page += step) {
            assertEquals(0, linux.page(page).content, "not zero");
            linux.page(page).content = page;
        }
    }

    /** How many of so many pieces, allocated, touched and freed one after the other, lay on small pages. */
    private int plain(int times, long bytes, long step) {
        int plain = 0;
        for (int i = 0; i < times; i++) {
            long at = map(bytes);
            touch(at, bytes, step);
            plain += Arena.plain(at) ? 1 : 0;
            assertEquals(0, process.make(Nr.MUNMAP, at, bytes));
        }
        return plain;
    }

    @ParameterizedTest
    @ValueSource(longs = {2 * MIB, 5 * MIB, 64 * MIB})
    void littleTouched(long bytes) {
        plain(12, bytes, 2 * MIB);
        assertEquals(50, plain(50, bytes, 2 * MIB));
        assertTrue(linux.resident() <= 9 * PAGE * (bytes / (2 * MIB) + 1), () -> linux.resident() + " bytes resident");
    }

    @ParameterizedTest
    @ValueSource(longs = {2 * MIB, 5 * MIB, 40 * MIB})
    void allTouched(long bytes) {
        int plain = plain(100, bytes, PAGE);
        assertTrue(plain <= 4, () -> plain + " pieces on small pages");
    }

    @Test
    void habitsChange() {
        plain(20, 4 * MIB, 2 * MIB);
        plain(12, 4 * MIB, PAGE);
        int few = plain(50, 4 * MIB, PAGE);
        assertTrue(few <= 2, () -> few + " pieces on small pages");
    }

    @Test
    void smallPiecesNeverLieThere() {
        assertEquals(0, plainSmall());
    }

    private int plainSmall() {
        int plain = 0;
        for (int i = 0; i < 40; i++) {
            long at = process.make(Nr.MMAP, 0, MIB, RW, ANON, -1, 0);
            linux.page(at).content = 1;
            plain += Arena.plain(at) ? 1 : 0;
            assertEquals(0, process.make(Nr.MUNMAP, at, MIB));
        }
        return plain;
    }

    @Test
    void whereThereIsNoMoreRoomForThemTheyLieOnHugePages() {
        long bytes = 1024 * MIB;
        assertTrue(plain(20, bytes, 512 * MIB) > 0);
        long last = 0;
        for (int i = 0; i < 40; i++) {
            last = map(bytes);
        }
        assertFalse(Arena.plain(last));
    }

    /** What small pieces have left behind makes room as soon as a large one is given, and again when it comes back. */
    @Test
    void whatIsKeptMakesRoomForNewMemory() {
        long[] pieces = new long[200];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = process.make(Nr.MMAP, 0, MIB, RW, ANON, -1, 0);
            touch(pieces[i], MIB, PAGE);
        }
        for (long piece : pieces) {
            assertEquals(0, process.make(Nr.MUNMAP, piece, MIB));
        }
        long large = map(220 * MIB);
        touch(large, 220 * MIB, PAGE);
        assertTrue(linux.resident() <= (220 + 64) * MIB, () -> linux.resident() / MIB + " MiB resident");
        assertEquals(220 * MIB, process.space.arena().peak(), "what was dropped was not used");
    }
}
