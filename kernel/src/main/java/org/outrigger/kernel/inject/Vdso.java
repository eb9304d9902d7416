package org.outrigger.kernel.inject;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.outrigger.host.ProcFile;
import org.outrigger.host.RemoteMemory;

/**
 * Finds the unused tail of a process's vDSO: the bytes between the end of its ELF image and the end of its last page. Nothing
 * uses them, so code written there harms nobody even if its writer dies half-way. Source: {@code vdso(7)}, {@code getauxval(3)}.
 */
final class Vdso {
    private static final long AT_SYSINFO_EHDR = 33;
    private static final int PAGE = 4096;
    private static final int E_SHOFF = 40;
    private static final int E_SHENTSIZE = 58;
    private static final int E_SHNUM = 60;
    private static final int EHDR_SIZE = 64;
    private static final int ALIGN = 16;

    private final ProcFile files;
    private final RemoteMemory remote;

    Vdso(ProcFile files, RemoteMemory remote) {
        this.files = files;
        this.remote = remote;
    }

    /** Address of {@code length} unused, zero, executable bytes in the process, or 0 where there are none. */
    long room(int pid, int length) {
        byte[] auxv = files.bytes("/proc/" + pid + "/auxv");
        if (auxv == null) {
            return 0;
        }
        ByteBuffer words = ByteBuffer.wrap(auxv).order(ByteOrder.LITTLE_ENDIAN);
        long base = 0;
        while (words.remaining() >= 16) {
            long key = words.getLong();
            long value = words.getLong();
            if (key == AT_SYSINFO_EHDR) {
                base = value;
            }
        }
        if (base == 0 || remote.read(pid, base, EHDR_SIZE) != EHDR_SIZE) {
            return 0;
        }
        var header = remote.buffer();
        long sections = header.get(ValueLayout.JAVA_LONG_UNALIGNED, E_SHOFF);
        long count = header.get(ValueLayout.JAVA_SHORT_UNALIGNED, E_SHNUM);
        long end = sections + count * header.get(ValueLayout.JAVA_SHORT_UNALIGNED, E_SHENTSIZE) + ALIGN - 1 & -ALIGN;
        long limit = end + PAGE - 1 & -PAGE;
        if (sections <= 0 || limit - end < length || remote.read(pid, base + end, length) != length) {
            return 0;
        }
        for (int i = 0; i < length; i++) {
            if (header.get(ValueLayout.JAVA_BYTE, i) != 0) {
                return 0;
            }
        }
        return base + end;
    }
}
