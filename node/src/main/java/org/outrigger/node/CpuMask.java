package org.outrigger.node;

import java.math.BigInteger;

/** CPU masks as the kernel writes them: hexadecimal digits in words of 32 bits, the highest first, with commas between. */
public final class CpuMask {
    private static final int HEX = 16;
    private static final int WORD_DIGITS = 8;

    private CpuMask() {
    }

    /** The CPUs of a mask; none where it is not one. */
    public static CpuSet parse(String text) {
        BigInteger mask;
        try {
            mask = new BigInteger(text.strip().replace(",", ""), HEX);
        } catch (NumberFormatException notAMask) {
            return CpuSet.EMPTY;
        }
        int[] cpus = new int[Math.max(0, mask.bitCount())];
        int next = 0;
        for (int cpu = 0; next < cpus.length; cpu++) {
            if (mask.testBit(cpu)) {
                cpus[next++] = cpu;
            }
        }
        return CpuSet.of(cpus);
    }

    /** The mask of some CPUs. */
    public static String text(CpuSet cpus) {
        BigInteger mask = BigInteger.ZERO;
        for (int cpu : cpus) {
            mask = mask.setBit(cpu);
        }
        StringBuilder digits = new StringBuilder(mask.toString(HEX));
        for (int cut = digits.length() - WORD_DIGITS; cut > 0; cut -= WORD_DIGITS) {
            digits.insert(cut, ',');
        }
        return digits.toString();
    }

    /**
     * The mask of some CPUs, with as many digits as another mask of the same machine: the kernel writes zeros in front, up to the
     * number of CPUs that there may be.
     */
    public static String text(CpuSet cpus, String like) {
        String mask = text(cpus).replace(",", "");
        StringBuilder digits = new StringBuilder("0".repeat(Math.max(0, like.strip().replace(",", "").length() - mask.length())));
        digits.append(mask);
        for (int cut = digits.length() - WORD_DIGITS; cut > 0; cut -= WORD_DIGITS) {
            digits.insert(cut, ',');
        }
        return digits.toString();
    }
}
