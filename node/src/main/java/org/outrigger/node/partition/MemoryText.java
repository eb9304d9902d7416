package org.outrigger.node.partition;

/** Amounts of memory in round figures, for people. */
public final class MemoryText {
    private static final String UNITS = "KMGT";
    private static final int STEP = 10;
    private static final int DIGITS = 100;

    private MemoryText() {
    }

    /** Three digits or more, rounded down: {@code 511M}, {@code 19852M}, {@code 120G}. */
    public static String about(long bytes) {
        long count = bytes;
        int unit = -1;
        while (count >> STEP >= DIGITS && unit + 1 < UNITS.length()) {
            count >>= STEP;
            unit++;
        }
        return unit < 0 ? Long.toString(count) : Long.toString(count) + UNITS.charAt(unit);
    }
}
