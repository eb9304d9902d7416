package org.outrigger.host;

import java.nio.ByteBuffer;

/** What Linux tells a new image about itself and the machine: pairs of a key and a value. Source: {@code getauxval(3)}. */
public final class AuxiliaryVector {
    /** {@code AT_SYSINFO_EHDR}: address of the vDSO. */
    public static final long SYSINFO_EHDR = 33;
    private static final long PAIR = 16;

    private AuxiliaryVector() {
    }

    /** The value of a key in the pairs from the buffer's position on, in its byte order; 0 where there is none. */
    public static long value(ByteBuffer pairs, long key) {
        while (pairs.remaining() >= PAIR) {
            long found = pairs.getLong();
            long value = pairs.getLong();
            if (found == key) {
                return value;
            }
            if (found == 0) { // AT_NULL
                return 0;
            }
        }
        return 0;
    }
}
