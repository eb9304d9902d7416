package org.outrigger.kernel.memory;

import org.outrigger.abi.Mman;

/** What programs tell Linux of their memory. Source: {@code madvise(2)}. */
final class Advice {
    private static final long HARMLESS = 1L << Mman.MADV_NORMAL | 1L << Mman.MADV_RANDOM | 1L << Mman.MADV_SEQUENTIAL
            | 1L << Mman.MADV_WILLNEED | 1L << Mman.MADV_DONTNEED | 1L << Mman.MADV_FREE | 1L << Mman.MADV_HUGEPAGE
            | 1L << Mman.MADV_NOHUGEPAGE | 1L << Mman.MADV_COLD | 1L << Mman.MADV_PAGEOUT | 1L << Mman.MADV_POPULATE_READ
            | 1L << Mman.MADV_POPULATE_WRITE | 1L << Mman.MADV_COLLAPSE;

    private Advice() {
    }

    /** Whether it leaves a mapping as it was. */
    static boolean harmless(long advice) {
        return advice >= 0 && advice < Long.SIZE && (HARMLESS >>> advice & 1) != 0;
    }

    /** Whether Linux takes such flags of {@code msync(2)}. */
    static boolean syncs(long flags) {
        long both = Mman.MS_ASYNC | Mman.MS_SYNC;
        return (flags & ~(both | Mman.MS_INVALIDATE)) == 0 && (flags & both) != both;
    }
}
