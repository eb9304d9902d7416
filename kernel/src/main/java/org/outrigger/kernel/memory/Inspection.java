package org.outrigger.kernel.memory;

/**
 * Looks at which pages of an address space hold something, and enters it in the arena's books. What is found absent is zero and
 * stays so: the application has no right to memory that is free.
 */
final class Inspection {
    /** Memory of which nobody knows whether it is touched: above this it is looked at every so often. */
    static final long UNKNOWN_MOST = 64L << 20;
    /** In so many nanoseconds no thread can make more than some ten MiB of memory its own. */
    private static final long INTERVAL = 1_000_000;

    private final Residency residency;
    private final long[] found = new long[2 * Residency.RUNS];
    private int runs;
    private long first;
    private long last;
    private long present;

    Inspection(Residency residency) {
        this.residency = residency;
    }

    /** Whether Linux tells at all what the address space holds, for so many bytes in one look. */
    boolean reaches(AddressSpace space, long length) {
        return length <= residency.reach() && space.visible(residency);
    }

    /** Looks at a range; false where Linux does not tell. Changes no books. */
    boolean look(AddressSpace space, long start, long end) {
        if (!reaches(space, end - start)) {
            return false;
        }
        runs = residency.look(space.pageTable(), start, end, found);
        first = end;
        last = start;
        present = 0;
        for (int i = 0; i < runs; i++) {
            first = Math.min(first, found[2 * i]);
            last = Math.max(last, found[2 * i + 1]);
            present += found[2 * i + 1] - found[2 * i];
        }
        return runs >= 0;
    }

    /** Looks at a range of the arena that is free, or becomes so now, and tags each part by what is there. */
    boolean settle(AddressSpace space, long start, long end) {
        if (!look(space, start, end)) {
            return false;
        }
        space.arena().release(start, end, Arena.CLEAN);
        for (int i = 0; i < runs; i++) {
            space.arena().release(found[2 * i], found[2 * i + 1], Arena.DIRTY);
        }
        return true;
    }

    /** Starts and ends of what the last look found; returns how many. */
    int runs(long[] into) {
        System.arraycopy(found, 0, into, 0, 2 * runs);
        return runs;
    }

    /** Where what the last look found begins. */
    long first() {
        return first;
    }

    /** Where it ends. */
    long last() {
        return last;
    }

    /** Bytes that the last look found. */
    long present() {
        return present;
    }

    /** Settles all that is unknown in the zone of pieces of {@code length}. */
    void settleAll(AddressSpace space, long length) {
        Ranges ranges = space.arena().ranges();
        long bound = space.arena().zoneEnd(length);
        long at = space.arena().zoneStart(length);
        while ((at = ranges.firstOf(at, bound, 1 << Arena.UNKNOWN)) < bound) {
            long stop = ranges.lastOf(at, bound, 1 << Arena.UNKNOWN, 1 << Arena.CLEAN); // one look for both, where they alternate
            stop = at + Math.min(stop - at, residency.reach());
            if (!settle(space, at, stop)) {
                space.arena().release(at, stop, Arena.DIRTY);
            }
            at = stop;
        }
    }

    /** Settles what is unknown if that could be much by now; whether it did. */
    boolean settleWhenMuch(AddressSpace space, long length) {
        if (space.arena().ranges().bytes(Arena.UNKNOWN) <= UNKNOWN_MOST || !space.lookedLongAgo(System.nanoTime(), INTERVAL)) {
            return false;
        }
        settleAll(space, length);
        return true;
    }
}
