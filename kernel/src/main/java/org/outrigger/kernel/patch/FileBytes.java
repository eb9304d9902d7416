package org.outrigger.kernel.patch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The bytes of a file that may say anything: what lies outside of it reads as zero, so that no offset can do harm. */
final class FileBytes {

    private final ByteBuffer bytes;
    private final int size;

    FileBytes(ByteBuffer file) {
        bytes = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        size = file.limit();
    }

    long size() {
        return size;
    }

    boolean holds(long offset, long length) {
        return offset >= 0 && length >= 0 && length <= size && offset <= size - length;
    }

    int u8(long offset) {
        return holds(offset, 1) ? bytes.get((int) offset) & 0xff : 0;
    }

    int u16(long offset) {
        return holds(offset, 2) ? bytes.getShort((int) offset) & 0xffff : 0;
    }

    int i32(long offset) {
        return holds(offset, 4) ? bytes.getInt((int) offset) : 0;
    }

    long u32(long offset) {
        return Integer.toUnsignedLong(i32(offset));
    }

    long i64(long offset) {
        return holds(offset, 8) ? bytes.getLong((int) offset) : 0;
    }

    /** Copies bytes that the file {@link #holds}. */
    void copy(long offset, byte[] to, int length) {
        bytes.get((int) offset, to, 0, length);
    }

    /**
     * The next {@code 0f 05}.
     *
     * @param from first offset to look at
     * @param to   offset after the last byte; the range is one that the file {@link #holds}
     * @return its offset, or -1
     */
    int syscall(int from, int to) {
        int at = from;
        // Eight places at once: a byte of the difference is zero where 0f stands with 05 behind it. A borrow may raise false
        // alarms, which the loop below sorts out, and hides nothing.
        for (; at <= to - 9; at += 8) {
            long difference = bytes.getLong(at) ^ 0x0f0f0f0f0f0f0f0fL | bytes.getLong(at + 1) ^ 0x0505050505050505L;
            if ((difference - 0x0101010101010101L & ~difference & 0x8080808080808080L) != 0) {
                for (int i = at; i < at + 8; i++) {
                    if (isSyscall(i)) {
                        return i;
                    }
                }
            }
        }
        for (; at <= to - 2; at++) {
            if (isSyscall(at)) {
                return at;
            }
        }
        return -1;
    }

    private boolean isSyscall(int at) {
        return bytes.get(at) == 0x0f && bytes.get(at + 1) == 0x05;
    }
}
