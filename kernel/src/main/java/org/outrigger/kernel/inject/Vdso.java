package org.outrigger.kernel.inject;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.outrigger.host.AuxiliaryVector;
import org.outrigger.host.ProcFile;
import org.outrigger.host.RemoteMemory;

/**
 * Finds the unused tail of a process's vDSO: the bytes between the end of its ELF image and the end of its last page. Nothing
 * uses them, so code written there harms nobody even if its writer dies half-way. Source: {@code vdso(7)}, {@code getauxval(3)}.
 */
final class Vdso {
    private static final int PAGE = 4096;
    private static final int E_SHOFF = 40;
    private static final int E_SHENTSIZE = 58;
    private static final int E_SHNUM = 60;
    private static final int EHDR_SIZE = 64;
    private static final int ALIGN = 16;
    private static final int WORD = 8;

    private final ProcFile files;
    private final RemoteMemory remote;
    /** Offset of the tail in the vDSO that was looked at last, 0 for none. */
    private long lastEnd;

    Vdso(ProcFile files, RemoteMemory remote) {
        this.files = files;
        this.remote = remote;
    }

    /**
     * Address of {@code length} unused, zero, executable bytes in a process that stands at the first instruction of its image, or
     * 0 where there are none.
     *
     * @param stack the process's stack pointer, where Linux has put arguments, environment and auxiliary vector
     */
    long room(int pid, long stack, int length) {
        long base = base(pid, stack);
        if (base == 0 || length > PAGE) {
            return 0;
        }
        // All vDSOs of a machine are alike, so the tail is most likely where it was last.
        long end = lastEnd;
        if (end == 0 || !unused(pid, base, end, length)) {
            if (remote.read(pid, base, EHDR_SIZE) != EHDR_SIZE) {
                return 0;
            }
            end = imageEnd();
            if (end == 0 || !unused(pid, base, end, length)) {
                return 0;
            }
            lastEnd = end;
        }
        return base + end;
    }

    private long base(int pid, long stack) {
        long got = remote.read(pid, stack, RemoteMemory.PIECE);
        if (got > 0) {
            ByteBuffer words = remote.buffer().asSlice(0, got).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            long arguments = words.remaining() < WORD ? -1 : words.getLong();
            if (arguments >= 0 && arguments < words.remaining() / WORD) {
                words.position(words.position() + (int) (arguments + 1) * WORD); // their terminator too
                while (words.remaining() >= WORD && words.getLong() != 0) {
                    continue; // the environment
                }
                long base = AuxiliaryVector.value(words, AuxiliaryVector.SYSINFO_EHDR);
                if (base != 0) {
                    return base;
                }
            }
        }
        byte[] auxv = files.bytes("/proc/" + pid + "/auxv"); // the environment is long
        return auxv == null ? 0
                : AuxiliaryVector.value(ByteBuffer.wrap(auxv).order(ByteOrder.LITTLE_ENDIAN), AuxiliaryVector.SYSINFO_EHDR);
    }

    /** Offset where the ELF image ends whose header has been read, or 0. */
    private long imageEnd() {
        var header = remote.buffer();
        long sections = header.get(ValueLayout.JAVA_LONG_UNALIGNED, E_SHOFF);
        long count = header.get(ValueLayout.JAVA_SHORT_UNALIGNED, E_SHNUM);
        long end = sections + count * header.get(ValueLayout.JAVA_SHORT_UNALIGNED, E_SHENTSIZE) + ALIGN - 1 & -ALIGN;
        return sections <= 0 ? 0 : end;
    }

    /** Whether the image ends at an offset, and the bytes that follow are zero and on the same page. */
    private boolean unused(int pid, long base, long end, int length) {
        long limit = end + PAGE - 1 & -PAGE;
        if (limit - end < length || remote.read(pid, base, EHDR_SIZE, base + end, length) != EHDR_SIZE + length
                || imageEnd() != end) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (remote.buffer().get(ValueLayout.JAVA_BYTE, EHDR_SIZE + i) != 0) {
                return false;
            }
        }
        return true;
    }
}
