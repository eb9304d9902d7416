package org.outrigger.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;

class SyscallsTest {
    private final Syscalls linux = new Syscalls();

    @Test
    void resultsAndErrors() {
        assertEquals(ProcessHandle.current().pid(), linux.call(Nr.GETPID, 0, 0, 0));
        assertEquals(-Errno.EBADF, linux.call(Nr.CLOSE, -1, 0, 0));
        assertEquals(-Errno.ENOSYS, linux.call(100_000, 0, 0, 0));
        assertEquals(-Errno.EINVAL, linux.call(Nr.MMAP, 0, 0, 0, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0));
    }

    @Test
    void whatMustNotFailThrows() {
        SyscallException thrown = assertThrows(SyscallException.class, () -> linux.must("close", Nr.CLOSE, -1, 0, 0));
        assertEquals(Errno.EBADF, thrown.errno());
        assertTrue(thrown.getMessage().startsWith("close: "), thrown.getMessage());
    }

    @Test
    void eachThreadHasItsOwnErrno() throws InterruptedException {
        int[] wrong = new int[2];
        Thread[] threads = new Thread[2];
        for (int t = 0; t < threads.length; t++) {
            int mine = t;
            Syscalls own = new Syscalls();
            threads[t] = new Thread(() -> {
                for (int i = 0; i < 20_000; i++) {
                    long result = mine == 0 ? own.call(Nr.CLOSE, -1, 0, 0) : own.call(Nr.MUNMAP, 1, 1, 0);
                    wrong[mine] += result == (mine == 0 ? -Errno.EBADF : -Errno.EINVAL) ? 0 : 1;
                }
            });
            threads[t].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, wrong[0] + wrong[1]);
    }

    @Test
    void stringsEndWithNul() {
        MemorySegment text = CString.of("grün");
        assertEquals(6, text.byteSize());
        assertEquals(0, text.get(ValueLayout.JAVA_BYTE, 5));
        assertEquals("grün", text.getString(0));
    }

    @Test
    void sharedMemoryIsReachedThroughItsDescriptor() {
        SharedMemory shared = SharedMemory.create(linux, "outrigger-test", 8192);
        shared.memory().set(ValueLayout.JAVA_LONG, 4096, 42);
        assertEquals(8192, shared.memory().byteSize());
        ProcFile files = new ProcFile(linux);
        assertTrue(files.link("/proc/self/fd/" + shared.descriptor()).contains("outrigger-test"));
        byte[] bytes = files.bytes("/proc/self/fd/" + shared.descriptor());
        assertEquals(8192, bytes.length);
        assertEquals(42, bytes[4096]);
        assertEquals(0, linux.call(Nr.CLOSE, shared.descriptor(), 0, 0));
        shared.memory().set(ValueLayout.JAVA_LONG, 0, 1); // the mapping stays
    }
}
