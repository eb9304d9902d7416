package org.outrigger.kernel.memory;

import java.util.NavigableSet;
import java.util.TreeSet;
import org.outrigger.abi.Mman;
import org.outrigger.corert.Layout;

/**
 * Which parts of the arena window are whose, in one address space. Extents are ordinary private memory of the process, mapped
 * readable and writable; the LWK hands out pieces of them and takes them back without a call to Linux.
 *
 * <pre>
 *    extent mapped -> CLEAN -> allocate -> USED -> release -> UNKNOWN or DIRTY -> allocate ...
 *                       ^                   |                    |
 *                       |                   |                    | Linux is asked what of it is there
 *                       +-- absent ---------|--------------------+-- present -> DIRTY
 *                                           |
 *                     protection, locking or policy changed: TAINTED -> release -> really unmapped, no longer the arena's
 * </pre>
 *
 * <p>Extents of pages from Linux's pools have free ranges of their own kinds, {@link #POOL_CLEAN} and {@link #POOL_DIRTY}; which
 * ranges lie on such pages, used or free, {@link PoolBooks} tells.
 *
 * <p>The window has three zones, so that small pieces do not break up the places of large ones: below for pieces smaller than a
 * huge page, above for the others, and on top for those of the others of which little is touched, whose pages are small.
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
    /** Free, was handed out as zero, and is believed to be untouched; nobody has looked. */
    static final int UNKNOWN = 5;
    /** As {@link #CLEAN}, on pages from a pool. */
    static final int POOL_CLEAN = 6;
    /** As {@link #DIRTY}, on pages from a pool. */
    static final int POOL_DIRTY = 7;
    /** Free, and nobody's until its pages are gone. */
    static final int DROPPING = 8;

    static final int POOL_SET = 1 << POOL_CLEAN | 1 << POOL_DIRTY;
    static final int KEPT_SET = 1 << DIRTY | 1 << UNKNOWN | 1 << POOL_DIRTY;
    static final int FREE_SET = 1 << CLEAN | 1 << POOL_CLEAN | KEPT_SET;
    static final int USED_SET = 1 << USED | 1 << TAINTED;

    static final long HUGE = 2L << 20;
    /** Bytes of the first extent for small pieces; each further one is twice as large, up to {@link #LARGE_UNIT}. */
    static final long SMALL_EXTENT = 32L << 20;
    /** Bytes of an extent for large pieces: address space, so that pieces that nobody touches can be fresh ones many times. */
    static final long LARGE_EXTENT = 8L << 30;
    /** Linux passes over so much of an empty page table in one step: large extents begin at multiples. */
    static final long LARGE_UNIT = 1L << 30;
    /** Pieces of one size that an extent has room for. */
    private static final int PIECES = 16;
    /** Where the zone of large pieces begins. */
    static final long LARGE_BASE = Layout.ARENA_BASE + (Layout.ARENA_END - Layout.ARENA_BASE) / 4;
    /** Where the zone of large pieces on small pages begins. */
    static final long PLAIN_BASE = Layout.ARENA_END - (Layout.ARENA_END - Layout.ARENA_BASE) / 8;
    private static final int SMALL = 0;
    private static final int LARGE = 1;
    private static final int PLAIN = 2;
    /** Pieces of one size that an extent of small pages has room for. */
    private static final int PLAIN_PIECES = 4;

    private final Ranges ranges;
    private final PoolBooks pool;
    private final SizeClass[] classes = new SizeClass[SizeClass.COUNT];
    private final long[] base = {Layout.ARENA_BASE, LARGE_BASE, PLAIN_BASE};
    private final long[] bound = {LARGE_BASE, PLAIN_BASE - LARGE_UNIT, Layout.ARENA_END};
    /** Where the next extent goes, where the next fresh piece is sought, and what has been mapped; by zone. */
    private final long[] next = base.clone();
    private final long[] cursor = base.clone();
    private final long[] mapped = new long[base.length];
    /** Searches to be left out: the last one was long and in vain. */
    private final int[] pause = new int[base.length];
    private long peak;
    private int extents;
    /** Where Linux has one mapping and then another, though to the program it may be one. */
    private final NavigableSet<Long> seams = new TreeSet<>();
    /** Where a large request on pages from a pool was last: the next one may go there. */
    private long vacant;
    private long vacantEnd;

    Arena() {
        ranges = new Ranges();
        pool = new PoolBooks();
    }

    Arena(Arena other) {
        ranges = new Ranges(other.ranges);
        pool = new PoolBooks(other.pool);
        System.arraycopy(other.next, 0, next, 0, next.length);
        System.arraycopy(other.cursor, 0, cursor, 0, cursor.length);
        System.arraycopy(other.mapped, 0, mapped, 0, mapped.length);
        for (int i = 0; i < classes.length; i++) {
            classes[i] = other.classes[i] == null ? null : new SizeClass(other.classes[i]);
        }
        peak = other.used();
        extents = other.extents;
        seams.addAll(other.seams);
    }

    Ranges ranges() {
        return ranges;
    }

    /** Which ranges lie on pages from a pool. */
    PoolBooks pool() {
        return pool;
    }

    /** The class of pieces of so many bytes. */
    SizeClass sizeClass(long length) {
        int index = SizeClass.of(length);
        if (classes[index] == null) {
            classes[index] = new SizeClass(length >= HUGE);
        }
        return classes[index];
    }

    private int zone(long length) {
        return length < HUGE ? SMALL : sizeClass(length).wantsPlain() ? PLAIN : LARGE;
    }

    private static int zoneAt(long address) {
        return address < LARGE_BASE ? SMALL : address < PLAIN_BASE ? LARGE : PLAIN;
    }

    /** Whether memory there lies on small pages, however large the piece. */
    static boolean plain(long address) {
        return zoneAt(address) == PLAIN;
    }

    /** First address of the zone for pieces of so many bytes. */
    long zoneStart(long length) {
        return base[zone(length)];
    }

    /** First address behind the extents of the zone for pieces of so many bytes. */
    long zoneEnd(long length) {
        return next[zone(length)];
    }

    /** Bytes that have been mapped in the zone for pieces of so many bytes. */
    long zoneBytes(long length) {
        return mapped[zone(length)];
    }

    /** Bytes in that zone of which nobody knows whether they are touched. */
    long unknownPart(long length) {
        long unknown = 0;
        long bound = zoneEnd(length);
        for (int i = ranges.index(zoneStart(length)); i < ranges.size() && ranges.from(i) < bound; i++) {
            if (ranges.tag(i) == UNKNOWN) {
                unknown += ranges.to(i) - ranges.from(i);
            }
        }
        return unknown;
    }

    /** Bytes of a new extent that can hold the request. */
    long extentFor(long length) {
        if (zone(length) == SMALL) {
            return Math.clamp(mapped[SMALL], SMALL_EXTENT, LARGE_UNIT);
        }
        if (zone(length) == PLAIN) {
            return length * PLAIN_PIECES + LARGE_UNIT - 1 & -LARGE_UNIT;
        }
        return Math.max(LARGE_EXTENT, length * PIECES + LARGE_UNIT - 1 & -LARGE_UNIT);
    }

    /** An address for a new extent with pieces of {@code length}; each is given once. 0 when the zone is full. */
    long claim(long length, long size) {
        return claim(zone(length), size, zone(length) == SMALL ? HUGE : LARGE_UNIT);
    }

    /** The same for an extent of pages from a pool. */
    long claimPool(long size, PageSize pages) {
        long start = vacant + pages.bytes() - 1 & -pages.bytes();
        if (vacant != 0 && size <= vacantEnd - start) {
            vacant = 0;
            return start;
        }
        return claim(LARGE, size, pages.bytes());
    }

    /** A whole extent of such pages, or a large part of one, is unmapped. */
    void vacate(long start, long end) {
        if (vacant == 0 || end - start >= vacantEnd - vacant) {
            vacant = start;
            vacantEnd = end;
        }
    }

    /** The gap is there because no piece may span two of Linux's mappings, so that mremap can move it whole. */
    private long claim(int zone, long size, long unit) {
        long address = next[zone] + unit - 1 & -unit;
        if (size > bound[zone] - address - unit || size < 0) {
            return 0;
        }
        next[zone] = address + size + unit;
        return address;
    }

    /** Whether an extent there is worth huge pages: a process that never leaves its first small extent stays small. */
    boolean worthHuge(long address) {
        return zoneAt(address) == LARGE || mapped[SMALL] > 0 && !plain(address);
    }

    /** An extent has been mapped. */
    void extend(long address, long size) {
        int zone = zoneAt(address);
        ranges.set(address, address + size, CLEAN);
        mapped[zone] += size;
        cursor[zone] = address;
        pause[zone] = 0;
        extents++;
    }

    /** An extent of pages from a pool has been mapped. */
    void extendPool(long address, long size, PageSize pages) {
        pool.add(address, address + size, pages);
        ranges.set(address, address + size, POOL_CLEAN);
        pause[LARGE] = 0;
        extents++;
    }

    /** A range lies on ordinary pages now: what is free of it may hold anything. */
    void demoted(long start, long end) {
        pool.remove(start, end);
        retag(start, end, POOL_SET, DIRTY);
        seams.add(start);
        seams.add(end);
    }

    /** The first seam behind an address, at most {@code end}. */
    long seamAfter(long address, long end) {
        Long seam = seams.isEmpty() ? null : seams.higher(address);
        return seam == null ? end : Math.min(seam, end);
    }

    /** In a forked child: what it got on pages from a pool is never handed out, for Linux has promised it none. */
    void abandonPool() {
        for (long at = Layout.ARENA_BASE; (at = pool.first(at, Layout.ARENA_END)) < Layout.ARENA_END;) {
            long stop = pool.end(at, Layout.ARENA_END);
            retag(at, stop, POOL_SET, Ranges.NONE);
            taint(at, stop);
            at = stop;
        }
    }

    /** Where a page of any size can be put together, on a boundary of the largest. */
    long scratch() {
        return bound[LARGE];
    }

    /** The lowest free place on pages from a pool, or 0; if it shall be {@code clean}, one that nobody has touched. */
    long findPool(long length, boolean clean) {
        return ranges.bytes(POOL_CLEAN) + (clean ? 0 : ranges.bytes(POOL_DIRTY)) < length ? 0
                : search(base[LARGE], next[LARGE], length, clean ? 1 << POOL_CLEAN : POOL_SET);
    }

    /** The lowest free place for so many bytes, or 0. Large pieces begin on a huge page. */
    long find(long length) {
        int zone = zone(length);
        return search(base[zone], next[zone], length, FREE_SET);
    }

    /** As {@link #find}, but left out for some time after it was long and in vain. */
    long findSoon(long length) {
        int zone = zone(length);
        if (pause[zone] > 0) {
            pause[zone]--;
            return 0;
        }
        long start = find(length);
        if (start == 0) {
            pause[zone] = ranges.size() / 4;
        }
        return start;
    }

    /** The next place of {@link #CLEAN} memory, or 0; then the search begins anew the next time. */
    long fresh(long length) {
        int zone = zone(length);
        long start = search(cursor[zone], next[zone], length, 1 << CLEAN);
        cursor[zone] = start == 0 ? base[zone] : start + length;
        return start;
    }

    /** Fresh pieces may begin as low as this again. */
    void rewind(long address) {
        int zone = zoneAt(address);
        cursor[zone] = Math.min(cursor[zone], address);
    }

    private long search(long from, long to, long length, int tags) {
        long align = length >= HUGE ? HUGE : Mman.PAGE_SIZE;
        long start = 0;
        long end = 0;
        for (int i = ranges.index(from); i < ranges.size() && ranges.from(i) < to; i++) {
            if ((tags & 1 << ranges.tag(i)) == 0) {
                continue;
            }
            if (ranges.from(i) != end) {
                start = Math.max(ranges.from(i), from) + align - 1 & -align;
            }
            end = ranges.to(i);
            if (end - start >= length) {
                return start;
            }
        }
        return 0;
    }

    /** A free piece of this size that was used last, or 0. */
    long again(SizeClass kind, long length) {
        long start;
        do {
            start = kind.unshelve(length);
        } while (start != 0 && (plain(start) != kind.wantsPlain() || ranges.any(start, start + length, ~FREE_SET)));
        return start;
    }

    /** Marks a free piece as used. */
    void use(long start, long end) {
        ranges.set(start, end, USED);
        peak = Math.max(peak, used());
    }

    /** Gives a used piece back; what lies on pages from a pool gets the tag that means the same there. */
    void release(long start, long end, int tag) {
        ranges.set(start, end, tag);
        for (long at = start; (at = pool.first(at, end)) < end;) {
            long stop = pool.end(at, end);
            ranges.set(at, stop, tag == CLEAN ? POOL_CLEAN : POOL_DIRTY);
            at = stop;
        }
    }

    /** Gives all that has one of {@code tags} in a range another tag. */
    private void retag(long start, long end, int tags, int tag) {
        long at = start;
        while ((at = ranges.firstOf(at, end, tags)) < end) {
            long stop = ranges.firstOf(at, end, ~tags);
            ranges.set(at, stop, tag);
            at = stop;
        }
    }

    /** Whether what is used and what is kept together are no more than what was once used, and {@code slack} bytes. */
    boolean within(long slack) {
        return used() + ranges.bytes(DIRTY) <= peak + slack;
    }

    /** How much of a range is {@link #DIRTY}. */
    long dirtyBytes(long start, long end) {
        return bytes(start, end, 1 << DIRTY);
    }

    /** How much of a range has one of the tags. */
    long bytes(long start, long end, int tags) {
        long bytes = 0;
        for (int i = ranges.index(start); i < ranges.size() && ranges.from(i) < end; i++) {
            if ((tags & 1 << ranges.tag(i)) != 0) {
                bytes += Math.min(ranges.to(i), end) - Math.max(ranges.from(i), start);
            }
        }
        return bytes;
    }

    /** Where the largest stretch of {@link #DIRTY} memory begins that lies outside a range; if there is none, inside it. */
    long largestDirty(long notFrom, long notTo) {
        long largest = ranges.firstOf(notFrom, notTo, 1 << DIRTY);
        long most = 0;
        long at = Layout.ARENA_BASE;
        while ((at = ranges.firstOf(at, Layout.ARENA_END, 1 << DIRTY)) < Layout.ARENA_END) {
            long end = at >= notFrom && at < notTo ? notTo : dirtyEnd(at, notFrom);
            if (end - at > most && (at < notFrom || at >= notTo)) {
                most = end - at;
                largest = at;
            }
            at = end;
        }
        return largest;
    }

    /** Where a stretch of {@link #DIRTY} memory ends, or an address that it shall not pass. */
    long dirtyEnd(long start, long bound) {
        return ranges.firstOf(start, start < bound ? bound : Layout.ARENA_END, ~(1 << DIRTY));
    }

    /** From now on only Linux knows what the allocated parts of the range are like. */
    void taint(long start, long end) {
        retag(start, end, USED_SET, TAINTED);
    }

    /** What lies in the range is no longer the arena's. */
    void forget(long start, long end) {
        ranges.set(start, end, Ranges.NONE);
        pool.remove(start, end);
    }

    long reserved() {
        return used() + ranges.bytes(CLEAN) + ranges.bytes(DIRTY) + ranges.bytes(UNKNOWN) + ranges.bytes(POOL_CLEAN)
                + ranges.bytes(POOL_DIRTY);
    }

    long used() {
        return ranges.bytes(USED) + ranges.bytes(TAINTED);
    }

    long peak() {
        return peak;
    }

    /** The most that was used is so much again: what seemed used since was not the application's. */
    void peak(long bytes) {
        peak = bytes;
    }

    int extents() {
        return extents;
    }
}
