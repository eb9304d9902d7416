package org.outrigger.kernel.memory;

import java.util.Arrays;
import org.outrigger.abi.Mman;

/**
 * A map from pages to tags: consecutive half-open ranges that cover all addresses, those without a tag of their own as
 * {@link #NONE}. All addresses that are set are multiples of the page size. Built of one plain array, so that steady use
 * allocates nothing; what follows the pattern "this very range again" is found without a search and changed in place.
 * Neighbours with the same tag are joined only when room is needed, so that a piece that comes and goes stays a range of its own.
 */
public final class Ranges {
    /** The tag of what has no other. */
    public static final int NONE = 0;
    /** Tags are below this: they lie in the bits of an address that are zero. */
    public static final int TAGS = 16;

    /** First address of each range, and its tag in the low bits; the first range begins below all addresses. */
    private long[] keys = new long[64];
    private int size = 1;
    private final long[] bytes = new long[TAGS];
    /** Where the last search ended. */
    private int recent;

    public Ranges() {
        keys[0] = Long.MIN_VALUE | NONE;
    }

    /** A copy. */
    public Ranges(Ranges other) {
        keys = other.keys.clone();
        size = other.size;
        System.arraycopy(other.bytes, 0, bytes, 0, TAGS);
    }

    public int size() {
        return size;
    }

    /** First address of a range. */
    public long from(int index) {
        return keys[index] & -Mman.PAGE_SIZE;
    }

    /** First address behind a range. */
    public long to(int index) {
        return index + 1 < size ? keys[index + 1] & -Mman.PAGE_SIZE : Long.MAX_VALUE;
    }

    public int tag(int index) {
        return (int) keys[index] & TAGS - 1;
    }

    /** How many bytes have a tag; not for {@link #NONE}. */
    public long bytes(int tag) {
        return bytes[tag];
    }

    /** Index of the range in which the address is. */
    public int index(long address) {
        int low = recent;
        if (from(low) > address || to(low) <= address) {
            low = 0;
            int high = size - 1;
            while (low < high) {
                int middle = low + high + 1 >>> 1;
                if (from(middle) <= address) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            recent = low;
        }
        return low;
    }

    /** The tag of one address. */
    public int at(long address) {
        return tag(index(address));
    }

    /** Whether any of {@code tags} (a bit set, {@code 1 << tag}; bit 0 is {@link #NONE}) occurs in the range. */
    public boolean any(long start, long end, int tags) {
        return firstOf(start, end, tags) < end;
    }

    /** The lowest address in the range that has one of the tags, or {@code end}. */
    public long firstOf(long start, long end, int tags) {
        if (start >= end) {
            return end;
        }
        int i = index(start);
        if ((tags >>> tag(i) & 1) != 0) {
            return start;
        }
        for (i++; i < size && from(i) < end; i++) {
            if ((tags >>> tag(i) & 1) != 0) {
                return from(i);
            }
        }
        return end;
    }

    /** The end of the last range with one of {@code tags} that is reached from {@code start} over these and {@code others}. */
    public long lastOf(long start, long end, int tags, int others) {
        long last = start;
        for (int i = index(start); i < size && from(i) < end && ((tags | others) >>> tag(i) & 1) != 0; i++) {
            if ((tags >>> tag(i) & 1) != 0) {
                last = Math.min(to(i), end);
            }
        }
        return last;
    }

    /** Gives the whole range a tag. */
    public void set(long start, long end, int tag) {
        if (start >= end) {
            return;
        }
        if (size + 2 > keys.length) {
            join();
        }
        int low = index(start);
        int high = end <= to(low) ? low : index(end - 1);
        int last = tag(high);
        long behind = to(high);
        for (int i = low; i <= high; i++) {
            bytes[tag(i)] -= Math.min(to(i), end) - Math.max(from(i), start);
        }
        bytes[tag] += end - start;
        int at = from(low) < start ? low + 1 : low;
        boolean cut = behind > end;
        if (at == low && low > 0 && tag(low - 1) == tag && cut) { // a boundary moves up
            replace(low, high + 1, 1);
            keys[low] = end | last;
        } else if (at == low + 1 && !cut && high + 1 < size && tag(high + 1) == tag) { // a boundary moves down
            replace(at, high + 2, 1);
            keys[at] = start | tag;
        } else {
            replace(at, high + 1, cut ? 2 : 1);
            keys[at] = start | tag;
            if (cut) {
                keys[at + 1] = end | last;
            }
        }
        recent = Math.min(at, size - 1);
    }

    /** Replaces the ranges {@code low} to {@code high} (exclusive) by {@code count} that the caller fills in. */
    private void replace(int low, int high, int count) {
        int more = count - (high - low);
        if (more != 0) {
            System.arraycopy(keys, high, keys, high + more, size - high);
            size += more;
        }
    }

    /** Makes one range of neighbours with the same tag, and room for at least as many again. */
    private void join() {
        int kept = 1;
        for (int i = 1; i < size; i++) {
            if (tag(i) != tag(kept - 1)) {
                keys[kept++] = keys[i];
            }
        }
        size = kept;
        recent = 0;
        if (size > keys.length / 2) {
            keys = Arrays.copyOf(keys, keys.length * 2);
        }
    }
}
