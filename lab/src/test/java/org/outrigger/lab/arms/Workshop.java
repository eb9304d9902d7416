package org.outrigger.lab.arms;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;

/** The built laboratory, on the CPUs of whoever tests. */
public final class Workshop {
    private Workshop() {
    }

    /** The first allowed CPU for Linux, the last for what is measured: with one CPU both are the same. */
    public static Ground ground() throws IOException {
        int[] allowed = Tuning.parse(Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("Cpus_allowed_list:")).findFirst().orElseThrow().split("\t")[1])
                .stream().toArray();
        return new Ground(Path.of("..").toAbsolutePath().normalize(), Map.of("PATH", System.getenv("PATH")), allowed,
                new int[] {allowed[allowed.length - 1]}, new int[] {allowed[0]});
    }

    /** How many processes run with this text in their command line. */
    public static long running(String text) throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            return entries.filter(entry -> entry.getFileName().toString().matches("[0-9]+")).filter(entry -> {
                try {
                    return Arrays.asList(Files.readString(entry.resolve("cmdline")).split("\0")).contains(text);
                } catch (IOException gone) {
                    return false;
                }
            }).count();
        }
    }
}
