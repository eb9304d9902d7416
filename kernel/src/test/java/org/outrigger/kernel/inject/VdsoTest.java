package org.outrigger.kernel.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.outrigger.corert.Image;
import org.outrigger.host.ProcFile;
import org.outrigger.host.RemoteMemory;
import org.outrigger.host.Syscalls;

class VdsoTest {
    private static final int SELF = (int) ProcessHandle.current().pid();
    private static final int LENGTH = Image.BOOTSTRAP.bytes().length;

    private static final long NO_STACK = 8;

    private final Syscalls linux = new Syscalls();
    private final RemoteMemory remote = new RemoteMemory(linux);
    private final Vdso vdso = new Vdso(new ProcFile(linux), remote);

    @Test
    void theRoomIsInTheVdsoAndUnused() throws IOException {
        Optional<String> line = Files.readAllLines(Path.of("/proc/self/maps")).stream().filter(map -> map.endsWith("[vdso]"))
                .findFirst();
        if (line.isEmpty()) {
            System.out.println("skipped: this machine has no vDSO");
        }
        assumeTrue(line.isPresent(), "no vDSO");
        String[] range = line.get().split("[- ]");
        long room = vdso.room(SELF, NO_STACK, LENGTH);
        assertEquals(room, vdso.room(SELF, initialStack(), LENGTH), "found by the stack, and where it was last");
        assertTrue(room >= Long.parseLong(range[0], 16) && room + LENGTH <= Long.parseLong(range[1], 16),
                () -> Long.toHexString(room) + " in " + line.get());
        assertEquals(0, room % 16);
        assertEquals(LENGTH, remote.read(SELF, room, LENGTH));
        for (int i = 0; i < LENGTH; i++) {
            assertEquals(0, remote.buffer().get(ValueLayout.JAVA_BYTE, i));
        }
    }

    /** A stack as a new image finds it: two arguments, one variable, then the auxiliary vector. */
    private static long initialStack() throws IOException {
        byte[] vector = Files.readAllBytes(Path.of("/proc/self/auxv"));
        MemorySegment stack = Arena.global().allocate(RemoteMemory.PIECE, 16);
        long[] before = {2, 100, 101, 0, 102, 0};
        MemorySegment.copy(before, 0, stack, ValueLayout.JAVA_LONG, 0, before.length);
        MemorySegment.copy(vector, 0, stack, ValueLayout.JAVA_BYTE, before.length * 8L, vector.length);
        return stack.address();
    }

    @Test
    void thereIsNoRoomForMoreThanAPage() {
        assertEquals(0, vdso.room(SELF, NO_STACK, 4097));
    }

    @Test
    void nobodyHasNoRoom() {
        assertEquals(0, vdso.room(Integer.MAX_VALUE, NO_STACK, LENGTH));
    }
}
