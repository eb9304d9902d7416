package org.outrigger.kernel.patch;

/**
 * The bytes of one function.
 *
 * @param start       address of the first, before relocation
 * @param size        how many, at least 1; {@code start + size} does not overflow
 * @param landingPads whether the unwinder may enter it in the middle
 * @param signalFrame whether it is one that signal handlers return to: what unwind information says of such begins a byte early
 */
record CodeRange(long start, long size, boolean landingPads, boolean signalFrame) implements Comparable<CodeRange> {

    boolean contains(long address) {
        return address >= start && address - start < size;
    }

    /** The address after the last byte. */
    long end() {
        return start + size;
    }

    @Override
    public int compareTo(CodeRange other) {
        int byStart = Long.compare(start, other.start);
        int bySize = byStart != 0 ? byStart : Long.compare(size, other.size);
        int byPads = bySize != 0 ? bySize : Boolean.compare(landingPads, other.landingPads);
        return byPads != 0 ? byPads : Boolean.compare(signalFrame, other.signalFrame);
    }
}
