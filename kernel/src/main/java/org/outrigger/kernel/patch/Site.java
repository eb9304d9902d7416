package org.outrigger.kernel.patch;

/**
 * A call site that may be patched: {@code mov $nr,%eax} (five bytes) and {@code syscall} (two bytes) behind it.
 *
 * @param vaddr  address of the {@code mov} as the ELF file states it, before relocation
 * @param offset where the {@code mov} lies in the file, in bytes from its start
 * @param nr     number of the call, 0 to 511
 */
public record Site(long vaddr, long offset, int nr) {

    /** Bytes of the {@code mov}, which a {@code jmp rel32} replaces. */
    public static final int MOV_SIZE = 5;

    /** Bytes of the {@code mov} and the {@code syscall}: the call returns to {@code vaddr + SIZE}. */
    public static final int SIZE = 7;

    /** Numbers from here on are no sites: x32's begin at 512. */
    public static final int NR_LIMIT = 512;
}
