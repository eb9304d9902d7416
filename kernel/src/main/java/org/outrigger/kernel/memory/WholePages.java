package org.outrigger.kernel.memory;

import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.loop.Request;

/**
 * Which pages from a pool a call cannot leave as they are: Linux protects, unmaps, moves and drops such pages only whole, if at
 * all. Holds the answer to the last question.
 */
final class WholePages {
    /** Advice that asks for nothing that can be seen; Linux refuses some of it for pages from a pool. */
    private static final long HINTS = 1L << Mman.MADV_NORMAL | 1L << Mman.MADV_RANDOM | 1L << Mman.MADV_SEQUENTIAL
            | 1L << Mman.MADV_WILLNEED | 1L << Mman.MADV_HUGEPAGE | 1L << Mman.MADV_COLD | 1L << Mman.MADV_PAGEOUT
            | 1L << Mman.MADV_COLLAPSE;
    private static final long POPULATION = 1L << Mman.MADV_POPULATE_READ | 1L << Mman.MADV_POPULATE_WRITE;
    private static final long USED = 1 << Arena.USED;

    private long from;
    private long to;

    /** First address of what must be replaced by ordinary memory. */
    long from() {
        return from;
    }

    /** First address behind it. */
    long to() {
        return to;
    }

    /** Whether the call is a hint about pages from a pool alone, which is answered by itself. */
    boolean hint(AddressSpace space, Request request) {
        long start = request.arg(0);
        long end = start + MemoryCalls.roundUp(request.arg(1));
        return request.nr() == Nr.MADVISE && (start & Mman.PAGE_SIZE - 1) == 0 && end > start && in(HINTS, request.arg(2))
                && space.arena().pool().covers(start, end) && !space.arena().ranges().any(start, end, ~Arena.USED_SET);
    }

    private static boolean in(long set, long advice) {
        return advice >= 0 && advice < Long.SIZE && (set >>> advice & 1) != 0;
    }

    /** Whether something must be replaced before the call; the rest follows when it is asked again. */
    boolean broken(AddressSpace space, Request request) {
        long start = request.arg(0);
        long end = start + MemoryCalls.roundUp(request.arg(1));
        if (request.nr() == Nr.MREMAP) {
            return moved(space, request, start, end);
        }
        if (end <= start || (start & Mman.PAGE_SIZE - 1) != 0 || !space.arena().pool().touches(start, end)) {
            return false;
        }
        return switch ((int) request.nr()) {
            case Nr.MMAP -> mapped(space, request, start, end);
            case Nr.MPROTECT -> (request.arg(2) != (Mman.PROT_READ | Mman.PROT_WRITE) || tainted(space, start, end))
                    && !hole(space, start) && all(start, end);
            case Nr.PKEY_MPROTECT, Nr.MBIND -> all(start, end);
            case Nr.MADVISE -> !in(POPULATION, request.arg(2)) && all(start, end);
            default -> false;
        };
    }

    private static boolean tainted(AddressSpace space, long start, long end) {
        return space.arena().ranges().any(start, end, (int) ~USED);
    }

    private static boolean hole(AddressSpace space, long start) {
        return space.arena().ranges().any(start, start + Mman.PAGE_SIZE, Arena.FREE_SET);
    }

    private boolean all(long start, long end) {
        from = start;
        to = end;
        return true;
    }

    private boolean mapped(AddressSpace space, Request request, long start, long end) {
        boolean replaces = (request.arg(3) & Mman.MAP_FIXED_NOREPLACE) == 0
                || !space.arena().ranges().any(start, end, ~Arena.FREE_SET);
        return (request.arg(3) & (Mman.MAP_FIXED | Mman.MAP_FIXED_NOREPLACE)) != 0 && replaces && edge(space, start, end);
    }

    /** What is moved elsewhere is copied, see {@link MoveByCopy}. */
    private boolean moved(AddressSpace space, Request request, long start, long end) {
        long flags = request.arg(3);
        long length = MemoryCalls.roundUp(request.arg(2));
        boolean fixed = (flags & Mman.MREMAP_FIXED) != 0;
        if (fixed && edge(space, request.arg(4), request.arg(4) + length)) {
            return true;
        }
        if (end <= start || length <= 0 || !space.arena().pool().touches(start, end) || hole(space, start)) {
            return false;
        }
        boolean plain = flags <= Mman.MREMAP_MAYMOVE && !tainted(space, start, end) && !space.limited();
        boolean copied = (flags & Mman.MREMAP_MAYMOVE) != 0 && (flags & Mman.MREMAP_DONTUNMAP) == 0
                && (fixed || length > end - start);
        return !plain && !copied && all(start, end);
    }

    /** Whether a page lies partly in the range and partly outside. */
    private boolean edge(AddressSpace space, long start, long end) {
        PoolBooks pool = space.arena().pool();
        if (end <= start) {
            return false;
        }
        if (pool.pageStart(start) < start) {
            return all(start, start + 1);
        }
        return pool.pageEnd(end) > end && all(end - 1, end);
    }
}
