package org.outrigger.node;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * An immutable set of Linux CPU numbers.
 *
 * <p>Numbers run from 0 to {@value #LIMIT} exclusive. Iteration is in ascending order; {@link #toString} is the Linux list
 * syntax of {@code cpuset(7)}, for example {@code 0-3,8}.
 */
public final class CpuSet implements Iterable<Integer> {
    /** One more than the largest CPU number a set can hold: eight times the largest NR_CPUS of the kernel's Kconfig. */
    public static final int LIMIT = 65_536;

    /** The set without a CPU. */
    public static final CpuSet EMPTY = new CpuSet(new long[0]);

    // Bit n % 64 of word n / 64 stands for CPU n; the last word is never zero, so equal sets have equal arrays.
    private final long[] words;

    private CpuSet(long[] words) {
        int length = words.length;
        while (length > 0 && words[length - 1] == 0) {
            length--;
        }
        this.words = length == words.length ? words : Arrays.copyOf(words, length);
    }

    /**
     * The set of the given CPUs, in any order, repeated or not.
     *
     * @throws IllegalArgumentException for a number outside 0 to {@value #LIMIT} exclusive
     */
    public static CpuSet of(int... cpus) {
        int last = -1;
        for (int cpu : cpus) {
            if (cpu < 0 || cpu >= LIMIT) {
                throw new IllegalArgumentException("no CPU can have the number " + cpu);
            }
            last = Math.max(last, cpu);
        }
        long[] words = new long[(last + 64) / 64];
        for (int cpu : cpus) {
            words[cpu / 64] |= 1L << (cpu % 64);
        }
        return new CpuSet(words);
    }

    /** The CPUs from {@code first} to {@code last}, both included. */
    public static CpuSet range(int first, int last) {
        int[] cpus = new int[last - first + 1];
        for (int i = 0; i < cpus.length; i++) {
            cpus[i] = first + i;
        }
        return of(cpus);
    }

    /** Whether the CPU is in the set. */
    public boolean contains(int cpu) {
        return cpu >= 0 && cpu / 64 < words.length && (words[cpu / 64] & 1L << (cpu % 64)) != 0;
    }

    /** Whether every CPU of the other set is in this one. */
    public boolean containsAll(CpuSet other) {
        return other.minus(this).isEmpty();
    }

    /** The number of CPUs. */
    public int size() {
        int size = 0;
        for (long word : words) {
            size += Long.bitCount(word);
        }
        return size;
    }

    /** Whether there is no CPU in the set. */
    public boolean isEmpty() {
        return words.length == 0;
    }

    /**
     * The smallest CPU number.
     *
     * @throws NoSuchElementException when the set is empty
     */
    public int first() {
        if (isEmpty()) {
            throw new NoSuchElementException("an empty CPU set has no first CPU");
        }
        return next(0);
    }

    /** The CPUs of either set. */
    public CpuSet union(CpuSet other) {
        long[] result = Arrays.copyOf(words, Math.max(words.length, other.words.length));
        for (int i = 0; i < other.words.length; i++) {
            result[i] |= other.words[i];
        }
        return new CpuSet(result);
    }

    /** The CPUs of both sets. */
    public CpuSet intersection(CpuSet other) {
        long[] result = Arrays.copyOf(words, Math.min(words.length, other.words.length));
        for (int i = 0; i < result.length; i++) {
            result[i] &= other.words[i];
        }
        return new CpuSet(result);
    }

    /** The CPUs of this set that are not in the other. */
    public CpuSet minus(CpuSet other) {
        long[] result = words.clone();
        for (int i = 0; i < Math.min(result.length, other.words.length); i++) {
            result[i] &= ~other.words[i];
        }
        return new CpuSet(result);
    }

    /** The CPU numbers, ascending, in a new array. */
    public int[] toArray() {
        int[] cpus = new int[size()];
        int count = 0;
        for (int cpu = next(0); cpu >= 0; cpu = next(cpu + 1)) {
            cpus[count++] = cpu;
        }
        return cpus;
    }

    @Override
    public Iterator<Integer> iterator() {
        return new Iterator<>() {
            private int cpu = CpuSet.this.next(0);

            @Override
            public boolean hasNext() {
                return cpu >= 0;
            }

            @Override
            public Integer next() {
                if (cpu < 0) {
                    throw new NoSuchElementException();
                }
                int result = cpu;
                cpu = CpuSet.this.next(cpu + 1);
                return result;
            }
        };
    }

    /** The smallest member that is not below {@code from}, or -1. */
    private int next(int from) {
        int index = from / 64;
        if (index >= words.length) {
            return -1;
        }
        long word = words[index] & -1L << (from % 64);
        while (word == 0) {
            if (++index == words.length) {
                return -1;
            }
            word = words[index];
        }
        return index * 64 + Long.numberOfTrailingZeros(word);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CpuSet set && Arrays.equals(words, set.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }

    /** The set in Linux list syntax; the empty string for the empty set. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        int first = next(0);
        while (first >= 0) {
            int last = first;
            while (contains(last + 1)) {
                last++;
            }
            if (!text.isEmpty()) {
                text.append(',');
            }
            text.append(first);
            if (last > first) {
                text.append('-').append(last);
            }
            first = next(last + 1);
        }
        return text.toString();
    }
}
