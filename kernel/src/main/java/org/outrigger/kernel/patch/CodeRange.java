package org.outrigger.kernel.patch;

/**
 * The bytes of one function.
 *
 * @param start address of the first, before relocation
 * @param size  how many, at least 1; {@code start + size} does not overflow
 */
record CodeRange(long start, long size) implements Comparable<CodeRange> {

    boolean contains(long address) {
        return address >= start && address - start < size;
    }

    @Override
    public int compareTo(CodeRange other) {
        int byStart = Long.compare(start, other.start);
        return byStart != 0 ? byStart : Long.compare(size, other.size);
    }
}
