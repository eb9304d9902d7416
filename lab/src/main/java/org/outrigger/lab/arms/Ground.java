package org.outrigger.lab.arms;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Where arms and loads may run.
 *
 * @param home        the folder of the {@code outrigger} script
 * @param environment the environment variables of everything that is started
 * @param allowed     the CPUs that this process was allowed when it began
 * @param lwkCores    the CPUs that programs are measured on
 * @param linuxCores  the CPUs for the rest: this process, the LWK, confined loads
 */
public record Ground(Path home, Map<String, String> environment, int[] allowed, int[] lwkCores, int[] linuxCores) {
    private static final int HEX_DIGIT = 4;
    private static final int HEX_GROUP = 8;

    /** CPUs as {@code --cpus} and the kernel's files take them: {@code 0,1,5}. */
    public static String list(int[] cpus) {
        return IntStream.of(cpus).mapToObj(Integer::toString).collect(Collectors.joining(","));
    }

    /** CPUs as the kernel's masks have them: hexadecimal, in groups of 32 bits, the highest first. */
    public static String mask(int[] cpus) {
        BitSet set = new BitSet();
        IntStream.of(cpus).forEach(set::set);
        StringBuilder mask = new StringBuilder();
        for (int digit = (set.length() - 1) / HEX_DIGIT; digit >= 0; digit--) {
            int value = 0;
            for (int bit = 0; bit < HEX_DIGIT; bit++) {
                value |= set.get(digit * HEX_DIGIT + bit) ? 1 << bit : 0;
            }
            mask.append(Character.forDigit(value, 1 << HEX_DIGIT));
            if (digit % HEX_GROUP == 0 && digit > 0) {
                mask.append(',');
            }
        }
        return mask.toString();
    }

    /** A program that was built with the laboratory: {@code keep} for {@code outrigger-keep}. */
    public Path tool(String name) {
        return home.resolve("lab/target/outrigger-" + name);
    }
}
