package org.outrigger.kernel.memory;

/**
 * Which ranges of one address space lie on pages from Linux's huge-page pools, and of which size. Such pages are whole or not at
 * all: Linux changes no part of one.
 */
final class PoolBooks {
    private static final int ALL = (1 << PageSize.LARGE.ordinal()) | (1 << PageSize.GIGANTIC.ordinal());
    private static final PageSize[] SIZES = PageSize.values();

    private final Ranges ranges;
    private final long[] most = new long[SIZES.length];
    private PoolUse use;

    PoolBooks() {
        ranges = new Ranges();
    }

    /** From now on this hears of what is given back. */
    void use(PoolUse its) {
        use = its;
    }

    PoolBooks(PoolBooks other) {
        ranges = new Ranges(other.ranges);
    }

    /** Bytes on pages from a pool. */
    long bytes() {
        return ranges.bytes(PageSize.LARGE.ordinal()) + ranges.bytes(PageSize.GIGANTIC.ordinal());
    }

    /** Bytes on pages of a size. */
    long bytes(PageSize size) {
        return ranges.bytes(size.ordinal());
    }

    /** The most that {@link #bytes(PageSize)} ever was. */
    long most(PageSize size) {
        return most[size.ordinal()];
    }

    /** A range lies on such pages now. */
    void add(long start, long end, PageSize size) {
        ranges.set(start, end, size.ordinal());
        most[size.ordinal()] = Math.max(most[size.ordinal()], bytes(size));
    }

    /** A range does not any more; only of pages that go whole, or whose rest nobody knows of. */
    void remove(long start, long end) {
        if (bytes() > 0) {
            ranges.set(start, end, Ranges.NONE);
            if (use != null) {
                use.give(start, end);
            }
        }
    }

    boolean touches(long start, long end) {
        return bytes() > 0 && ranges.any(start, end, ALL);
    }

    /** Where the first part of the range begins that lies on such pages, or {@code end}. */
    long first(long start, long end) {
        return bytes() == 0 ? end : ranges.firstOf(start, end, ALL);
    }

    /** Where the stretch of pages of one size ends that begins at {@code start}, at most {@code end}. */
    long end(long start, long end) {
        return Math.min(end, ranges.firstOf(start, end, ~(1 << ranges.at(start))));
    }

    /** Whether all of a range does. */
    boolean covers(long start, long end) {
        return bytes() > 0 && !ranges.any(start, end, ~ALL);
    }

    /** The size of the page at an address; {@link PageSize#SMALL} where it is from no pool. */
    PageSize at(long address) {
        return SIZES[ranges.at(address)];
    }

    /** Where the page at an address begins. */
    long pageStart(long address) {
        return at(address) == PageSize.SMALL ? address : address & -at(address).bytes();
    }

    /** Where the page ends that holds the last byte before an address. */
    long pageEnd(long address) {
        long size = at(address - 1).bytes();
        return at(address - 1) == PageSize.SMALL ? address : address + size - 1 & -size;
    }
}
