package org.outrigger.lab.arms;

import java.nio.file.Path;
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

    /** CPUs as {@code --cpus} and the kernel's files take them: {@code 0,1,5}. */
    public static String list(int[] cpus) {
        return IntStream.of(cpus).mapToObj(Integer::toString).collect(Collectors.joining(","));
    }

    /** A program that was built with the laboratory: {@code keep} for {@code outrigger-keep}. */
    public Path tool(String name) {
        return home.resolve("lab/target/outrigger-" + name);
    }
}
