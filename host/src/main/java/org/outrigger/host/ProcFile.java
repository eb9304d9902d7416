package org.outrigger.host;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.outrigger.abi.Nr;

/** Small files of /proc and /sys, read with three system calls and without java.nio's machinery. Belongs to one thread. */
public final class ProcFile {
    private static final int ROOM = 65536;
    private static final long O_CLOEXEC = 0x80000;
    private static final int AT_FDCWD = -100;

    private final Syscalls linux;
    private final MemorySegment buffer = Arena.global().allocate(ROOM, 8);
    private final MemorySegment path = Arena.global().allocate(8192, 8);

    public ProcFile(Syscalls linux) {
        this.linux = linux;
    }

    private MemorySegment path(String name) {
        path.setString(0, name);
        return path;
    }

    /** The file's first 64 KiB, or null where it cannot be read. */
    public byte[] bytes(String name) {
        long fd = linux.call(Nr.OPENAT, AT_FDCWD, path(name).address(), O_CLOEXEC);
        if (fd < 0) {
            return null;
        }
        int length = 0;
        long got;
        while (length < ROOM && (got = linux.call(Nr.READ, fd, buffer.address() + length, ROOM - length)) > 0) {
            length += (int) got;
        }
        linux.call(Nr.CLOSE, fd, 0, 0);
        return buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }

    /** All of a file as text, however long it is, or an empty string where it cannot be read. */
    public String whole(String name) {
        long fd = linux.call(Nr.OPENAT, AT_FDCWD, path(name).address(), O_CLOEXEC);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        long got;
        while (fd >= 0 && (got = linux.call(Nr.READ, fd, buffer.address(), ROOM)) > 0) {
            text.writeBytes(buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE));
        }
        linux.call(Nr.CLOSE, fd, 0, 0);
        return text.toString(StandardCharsets.UTF_8);
    }

    /** As text, or an empty string where it cannot be read. */
    public String text(String name) {
        byte[] bytes = bytes(name);
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    /** Where a symbolic link leads, or an empty string. */
    public String link(String name) {
        long length = linux.call(Nr.READLINK, path(name).address(), buffer.address(), ROOM);
        return length < 0 ? "" : new String(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** Whether the file has the extended attribute. */
    public boolean hasAttribute(String name, MemorySegment attribute) {
        return linux.call(Nr.GETXATTR, path(name).address(), attribute.address(), 0, 0, 0, 0) > 0;
    }

    /** The {@code st_mode} of a file, following links, or a negative errno. Source: {@code struct stat}, {@code asm/stat.h}. */
    public long mode(String name) {
        long result = linux.call(Nr.STAT, path(name).address(), buffer.address(), 0);
        return result < 0 ? result : Integer.toUnsignedLong(buffer.get(ValueLayout.JAVA_INT, 24));
    }
}
