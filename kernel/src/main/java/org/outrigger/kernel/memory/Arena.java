package org.outrigger.kernel.memory;

import org.outrigger.abi.Mman;
import org.outrigger.corert.Layout;

/**
 * Which parts of the arena window are whose, in one address space. Extents are ordinary private memory of the process, mapped
 * readable and writable; the LWK hands out pieces of them and takes them back without a call to Linux.
 *
 * <pre>
 *    extent mapped -> CLEAN -> allocate -> USED -> release -> DIRTY or CLEAN -> allocate ...
 *                                           |
 *                     protection, locking or policy changed: TAINTED -> release -> really unmapped, no longer the arena's
 * </pre>
 */
final class Arena {
    /** Free, and zero. */
    static final int CLEAN = 1;
    /** Free, and to be zeroed before it is handed out. */
    static final int DIRTY = 2;
    /** Allocated, as mapped. */
    static final int USED = 3;
    /** Allocated, with attributes that only Linux knows. */
    static final int TAINTED = 4;

    static final int NO_ARENA_SET = 1;
    static final int FREE_SET = 1 << CLEAN | 1 << DIRTY;
    static final int USED_SET = 1 << USED | 1 << TAINTED;
    static final int TAINTED_SET = 1 << TAINTED;

    static final long HUGE = 2L << 20;
    /** Bytes by which the arena grows at least. */
    static final long EXTENT = 32L << 20;

    private final Ranges ranges;
    private long next;
    private long reserved;
    private long used;
    private long peak;
    private int extents;

    Arena() {
        ranges = new Ranges();
        next = Layout.ARENA_BASE;
    }

    Arena(Arena other) {
        ranges = new Ranges(other.ranges);
        next = other.next;
        reserved = other.reserved;
        used = other.used;
        peak = other.used;
        extents = other.extents;
    }

    Ranges ranges() {
        return ranges;
    }

    /** Bytes of a new extent that can hold the request. */
    static long extentFor(long length) {
        return Math.max(EXTENT, length + HUGE - 1 & -HUGE);
    }

    /** An address for a new extent; each is given once. 0 when the window is full. */
    long claim(long length) {
        if (length > Layout.ARENA_END - next - HUGE) {
            return 0;
        }
        long address = next;
        next += length + HUGE; // a gap: no piece spans two of Linux's mappings, so that mremap can move it whole
        return address;
    }

    /** An extent has been mapped. */
    void extend(long address, long length) {
        ranges.set(address, address + length, CLEAN);
        reserved += length;
        extents++;
    }

    /** The lowest free place for so many bytes, or 0. Large pieces begin on a huge page. */
    long find(long length) {
        long align = length >= HUGE ? HUGE : Mman.PAGE_SIZE;
        long start = 0;
        long end = 0;
        for (int i = 0; i < ranges.size(); i++) {
            if ((FREE_SET & 1 << ranges.tag(i)) == 0) {
                continue;
            }
            if (ranges.from(i) != end) {
                start = ranges.from(i) + align - 1 & -align;
            }
            end = ranges.to(i);
            if (end - start >= length) {
                return start;
            }
        }
        return 0;
    }

    /** Marks a free piece as used. */
    void use(long start, long end) {
        ranges.set(start, end, USED);
        used += end - start;
        peak = Math.max(peak, used);
    }

    /** Gives a used piece back. */
    void release(long start, long end, int tag) {
        ranges.set(start, end, tag);
        used -= end - start;
    }

    /** From now on only Linux knows what the allocated parts of the range are like. */
    void taint(long start, long end) {
        long at = start;
        while ((at = ranges.firstOf(at, end, USED_SET)) < end) {
            long stop = ranges.firstOf(at, end, ~USED_SET);
            ranges.set(at, stop, TAINTED);
            at = stop;
        }
    }

    /** What lies in the range is no longer the arena's. */
    void forget(long start, long end) {
        for (int i = ranges.firstAbove(start); i < ranges.size() && ranges.from(i) < end; i++) {
            long bytes = Math.min(ranges.to(i), end) - Math.max(ranges.from(i), start);
            reserved -= bytes;
            if ((USED_SET & 1 << ranges.tag(i)) != 0) {
                used -= bytes;
            }
        }
        ranges.set(start, end, Ranges.NONE);
    }

    long reserved() {
        return reserved;
    }

    long used() {
        return used;
    }

    long peak() {
        return peak;
    }

    int extents() {
        return extents;
    }
}
