package org.outrigger.lab.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Time that a hypervisor has taken from CPUs: the eighth figure of a line of {@code /proc/stat} (proc(5)), in hundredths of a
 * second.
 */
public final class StealTime {
    private static final int FIELD = 8;
    private static final double TICK_NS = 1e7;

    private StealTime() {
    }

    /** The time so far, in nanoseconds, of these CPUs together; empty where it is not told. */
    public static Optional<Double> read(Path stat, int[] cpus) {
        List<String> lines;
        try {
            lines = Files.readAllLines(stat, StandardCharsets.US_ASCII);
        } catch (IOException hidden) {
            return Optional.empty();
        }
        double sum = 0;
        int found = 0;
        for (String line : lines) {
            String[] words = line.split(" +");
            if (words.length > FIELD && IntStream.of(cpus).anyMatch(cpu -> words[0].equals("cpu" + cpu))) {
                sum += Long.parseLong(words[FIELD]) * TICK_NS;
                found++;
            }
        }
        return found == cpus.length ? Optional.of(sum) : Optional.empty();
    }
}
