package org.outrigger.kernel.memory;

import java.util.Arrays;

/**
 * A map from addresses to tags: sorted, disjoint, half-open ranges; neighbours with the same tag are one. Addresses that are in
 * no range have the tag {@link #NONE}. Built of plain arrays, so that steady use allocates nothing.
 */
public final class Ranges {
    /** The tag of what is in no range. */
    public static final int NONE = 0;

    private long[] from = new long[16];
    private long[] to = new long[16];
    private int[] tag = new int[16];
    private int size;

    public Ranges() {
    }

    /** A copy. */
    public Ranges(Ranges other) {
        from = other.from.clone();
        to = other.to.clone();
        tag = other.tag.clone();
        size = other.size;
    }

    public int size() {
        return size;
    }

    public long from(int index) {
        return from[index];
    }

    public long to(int index) {
        return to[index];
    }

    public int tag(int index) {
        return tag[index];
    }

    /** Index of the first range that ends above the address; {@link #size} if there is none. */
    public int firstAbove(long address) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (to[middle] > address) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** The tag of one address. */
    public int at(long address) {
        int i = firstAbove(address);
        return i < size && from[i] <= address ? tag[i] : NONE;
    }

    /** Whether any of {@code tags} (a bit set, {@code 1 << tag}; bit 0 is {@link #NONE}) occurs in the range. */
    public boolean any(long start, long end, int tags) {
        return firstOf(start, end, tags) < end;
    }

    /** The lowest address in the range that has one of the tags, or {@code end}. */
    public long firstOf(long start, long end, int tags) {
        long at = start;
        for (int i = firstAbove(start); at < end; i++) {
            long next = i < size ? Math.min(from[i], end) : end;
            if (at < next && (tags & 1) != 0) {
                return at;
            }
            if (i >= size || next >= end) {
                return end;
            }
            at = Math.max(at, from[i]);
            if ((tags & 1 << tag[i]) != 0) {
                return at;
            }
            at = to[i];
        }
        return end;
    }

    /** Gives the whole range a tag; {@link #NONE} removes it. */
    public void set(long start, long end, int newTag) {
        if (start >= end) {
            return;
        }
        split(start);
        split(end);
        int low = firstAbove(start);
        int high = low;
        while (high < size && from[high] < end) {
            high++;
        }
        if (newTag == NONE) {
            replace(low, high, 0);
            return;
        }
        replace(low, high, 1);
        from[low] = start;
        to[low] = end;
        tag[low] = newTag;
        join(low + 1);
        join(low);
    }

    private void split(long address) {
        int i = firstAbove(address);
        if (i < size && from[i] < address) {
            replace(i, i, 1);
            from[i] = from[i + 1];
            to[i] = address;
            tag[i] = tag[i + 1];
            from[i + 1] = address;
        }
    }

    private void join(int index) {
        if (index > 0 && index < size && to[index - 1] == from[index] && tag[index - 1] == tag[index]) {
            to[index - 1] = to[index];
            replace(index, index + 1, 0);
        }
    }

    /** Replaces the ranges {@code low} to {@code high} (exclusive) by {@code count} that the caller fills in. */
    private void replace(int low, int high, int count) {
        int grown = size - (high - low) + count;
        if (grown > from.length) {
            int room = Math.max(grown, from.length * 2);
            from = Arrays.copyOf(from, room);
            to = Arrays.copyOf(to, room);
            tag = Arrays.copyOf(tag, room);
        }
        System.arraycopy(from, high, from, low + count, size - high);
        System.arraycopy(to, high, to, low + count, size - high);
        System.arraycopy(tag, high, tag, low + count, size - high);
        size = grown;
    }
}
