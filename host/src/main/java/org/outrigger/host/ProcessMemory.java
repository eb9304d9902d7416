package org.outrigger.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.outrigger.abi.Nr;

/**
 * Another process's memory as {@code /proc/PID/mem} gives it: also what the process itself may only read can be written; the page
 * becomes private to it. Source: {@code proc(5)}. Belongs to one thread.
 */
public final class ProcessMemory {
    private static final int ROOM = 65536;
    private static final long O_RDWR_CLOEXEC = 0x80002;
    private static final int AT_FDCWD = -100;

    private final Syscalls linux;
    private final MemorySegment buffer = Arena.global().allocate(ROOM, 8);
    private long descriptor = -1;

    public ProcessMemory(Syscalls linux) {
        this.linux = linux;
    }

    /** Opens a process's memory; false where Linux forbids it. {@link #close} must follow. */
    public boolean open(int pid) {
        buffer.setString(0, "/proc/" + pid + "/mem");
        descriptor = linux.call(Nr.OPENAT, AT_FDCWD, buffer.address(), O_RDWR_CLOEXEC);
        return descriptor >= 0;
    }

    /** Whether the bytes at {@code address} are these. */
    public boolean holds(long address, byte[] expected) {
        if (linux.call(Nr.PREAD64, descriptor, buffer.address(), expected.length, address, 0, 0) != expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (buffer.get(ValueLayout.JAVA_BYTE, i) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    /** Writes bytes; false where that fails. */
    public boolean write(long address, byte[] bytes) {
        for (int done = 0; done < bytes.length;) {
            int piece = Math.min(ROOM, bytes.length - done);
            MemorySegment.copy(bytes, done, buffer, ValueLayout.JAVA_BYTE, 0, piece);
            if (linux.call(Nr.PWRITE64, descriptor, buffer.address(), piece, address + done, 0, 0) != piece) {
                return false;
            }
            done += piece;
        }
        return true;
    }

    public void close() {
        linux.call(Nr.CLOSE, descriptor, 0, 0);
    }
}
