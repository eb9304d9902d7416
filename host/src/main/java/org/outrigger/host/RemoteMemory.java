package org.outrigger.host;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.outrigger.abi.Nr;

/** Reads the memory of another process. Source: {@code process_vm_readv(2)}. Belongs to one thread. */
public final class RemoteMemory {
    /** The longest piece that one call reads, in bytes: more than PATH_MAX. */
    public static final int PIECE = 8192;
    private static final int PAGE = 4096;

    private final Syscalls linux;
    private final MemorySegment buffer = Arena.global().allocate(PIECE, 8);
    private final MemorySegment vectors = Arena.global().allocate(48, 8);

    public RemoteMemory(Syscalls linux) {
        this.linux = linux;
    }

    /** Reads up to {@link #PIECE} bytes into {@link #buffer}; returns how many, or a negative errno. */
    public long read(int pid, long address, int length) {
        vectors.set(ValueLayout.JAVA_LONG, 0, buffer.address());
        vectors.set(ValueLayout.JAVA_LONG, 8, length);
        vectors.set(ValueLayout.JAVA_LONG, 16, address);
        vectors.set(ValueLayout.JAVA_LONG, 24, length);
        return linux.call(Nr.PROCESS_VM_READV, pid, vectors.address(), 1, vectors.address() + 16, 1, 0);
    }

    /** The same from two places, one after the other into {@link #buffer}; where the first falls short, nothing follows. */
    public long read(int pid, long first, int firstLength, long second, int secondLength) {
        vectors.set(ValueLayout.JAVA_LONG, 0, buffer.address());
        vectors.set(ValueLayout.JAVA_LONG, 8, firstLength + secondLength);
        vectors.set(ValueLayout.JAVA_LONG, 16, first);
        vectors.set(ValueLayout.JAVA_LONG, 24, firstLength);
        vectors.set(ValueLayout.JAVA_LONG, 32, second);
        vectors.set(ValueLayout.JAVA_LONG, 40, secondLength);
        return linux.call(Nr.PROCESS_VM_READV, pid, vectors.address(), 1, vectors.address() + 16, 2, 0);
    }

    public MemorySegment buffer() {
        return buffer;
    }

    /** The NUL-terminated string at an offset of {@link #buffer}, or null where it does not end before {@code end}. */
    public String stringIn(int start, int end) {
        for (int at = start; at < end; at++) {
            if (buffer.get(ValueLayout.JAVA_BYTE, at) == 0) {
                return new String(buffer.asSlice(start, at - start).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    /** A NUL-terminated string of at most PATH_MAX bytes, or null where it cannot be read: the caller's EFAULT. */
    public String string(int pid, long address) {
        ByteArrayOutputStream text = new ByteArrayOutputStream(); // decoded as a whole: a character may lie on two pages
        for (long at = address; at < address + PAGE;) {
            int room = (int) (PAGE - (at & PAGE - 1));
            long got = read(pid, at, room);
            if (got <= 0) {
                return null;
            }
            int end = 0;
            while (end < got && buffer.get(ValueLayout.JAVA_BYTE, end) != 0) {
                end++;
            }
            text.write(buffer.asSlice(0, end).toArray(ValueLayout.JAVA_BYTE), 0, end);
            if (end < got) {
                return text.toString(StandardCharsets.UTF_8);
            }
            at += got;
        }
        return null;
    }
}
