package org.outrigger.node;

/**
 * The text form of an amount of memory: decimal digits, then nothing for bytes, or one of {@code k m g t} in either case for
 * KiB, MiB, GiB or TiB, as {@code dd(1)} and cgroups have it.
 */
public final class MemorySize {
    private static final String UNITS = "kmgt";
    private static final int STEP = 10;

    private MemorySize() {
    }

    /**
     * Bytes of a size.
     *
     * @return 0 or more; what fits no {@code long} is refused
     * @throws MemorySizeException for anything else
     */
    public static long parse(String text) throws MemorySizeException {
        int end = text.length();
        int unit = end == 0 ? -1 : UNITS.indexOf(text.charAt(end - 1) | ' ');
        int digits = unit < 0 ? end : end - 1;
        long bytes = 0;
        for (int i = 0; i < digits; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                throw malformed(text);
            }
            if (bytes > (Long.MAX_VALUE - (c - '0')) / 10) {
                throw tooLarge(text);
            }
            bytes = bytes * 10 + (c - '0');
        }
        if (digits == 0) {
            throw malformed(text);
        }
        int shift = (unit + 1) * STEP;
        if (bytes > Long.MAX_VALUE >> shift) {
            throw tooLarge(text);
        }
        return bytes << shift;
    }

    /** The shortest form that says exactly so many bytes: {@code 8G}, {@code 1536M}, {@code 4097}. */
    public static String text(long bytes) {
        int unit = -1;
        long count = bytes;
        while (count != 0 && unit + 1 < UNITS.length() && (count & (1 << STEP) - 1) == 0) {
            count >>= STEP;
            unit++;
        }
        return unit < 0 ? Long.toString(count) : Long.toString(count) + Character.toUpperCase(UNITS.charAt(unit));
    }

    private static MemorySizeException malformed(String text) {
        return new MemorySizeException("'" + text + "' is not a size: digits are wanted, and then k, m, g, t or nothing");
    }

    private static MemorySizeException tooLarge(String text) {
        return new MemorySizeException("'" + text + "' is more than any machine has");
    }
}
