package org.outrigger.kernel.task;

/** A set of CPUs as the affinity calls carry it: 1,024 bits in little-endian words. Mutable; a job has few of them. */
public final class CoreMask {
    /** Words of 64 bits. */
    public static final int WORDS = 16;

    private final long[] words = new long[WORDS];

    /** The set of these CPUs. */
    public static CoreMask of(int... cpus) {
        CoreMask mask = new CoreMask();
        for (int cpu : cpus) {
            mask.words[cpu / Long.SIZE] |= 1L << cpu;
        }
        return mask;
    }

    public CoreMask copy() {
        CoreMask copy = new CoreMask();
        copy.set(this);
        return copy;
    }

    public void set(CoreMask other) {
        System.arraycopy(other.words, 0, words, 0, WORDS);
    }

    /** A copy of its words. */
    public long[] words() {
        return words.clone();
    }

    public long word(int index) {
        return words[index];
    }

    public void word(int index, long value) {
        words[index] = value;
    }

    /** Keeps what is in the other set too. */
    public void retain(CoreMask other) {
        for (int i = 0; i < WORDS; i++) {
            words[i] &= other.words[i];
        }
    }

    public boolean contains(int cpu) {
        return cpu < WORDS * Long.SIZE && (words[cpu / Long.SIZE] >>> cpu & 1) != 0;
    }

    public boolean isEmpty() {
        for (long word : words) {
            if (word != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CoreMask mask && java.util.Arrays.equals(words, mask.words);
    }

    @Override
    public int hashCode() {
        return java.util.Arrays.hashCode(words);
    }
}
