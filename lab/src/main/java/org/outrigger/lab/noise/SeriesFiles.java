package org.outrigger.lab.noise;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what {@code outrigger-noise} has told and written; {@code noise.c} defines the forms. */
final class SeriesFiles {
    private static final int FIRST = 1024;

    private SeriesFiles() {
    }

    /**
     * Reads all series of a run.
     *
     * @param told what the program has written to its standard output
     * @param name the {@code -o} that it was given
     * @throws IOException              when a file cannot be read
     * @throws IllegalArgumentException when something is not as it should be
     */
    static List<Series> read(NoiseKernel kernel, String told, Path name) throws IOException {
        List<Series> all = new ArrayList<>();
        for (String line : told.lines().toList()) {
            all.add(series(kernel, facts(line), name));
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException("nothing was measured");
        }
        return all;
    }

    private static Map<String, String> facts(String line) {
        String[] words = line.split(" ");
        Map<String, String> facts = new HashMap<>();
        for (int i = 0; i + 1 < words.length; i += 2) {
            facts.put(words[i], words[i + 1]);
        }
        for (String name : List.of("cpu", "bound", "samples", "ticks_per_ns", "start_ns", "start_ticks", "elapsed_ns",
                "voluntary", "involuntary", "lwk")) {
            if (!facts.containsKey(name)) {
                throw new IllegalArgumentException("'" + name + "' is missing in: " + line);
            }
        }
        return facts;
    }

    private static Series series(NoiseKernel kernel, Map<String, String> facts, Path name) throws IOException {
        double rate = Double.parseDouble(facts.get("ticks_per_ns"));
        if (!(rate > 0)) {
            throw new IllegalArgumentException("a clock that stands still");
        }
        String base = name + "_" + facts.get("cpu");
        double[][] values = switch (kernel) {
            case FWQ -> quanta(numbers(Path.of(base + "_times.dat"), 0), rate);
            case FTQ -> lost(numbers(Path.of(base + "_times.dat"), 0), numbers(Path.of(base + "_counts.dat"), 0), rate);
            case SELFISH -> new double[][] {numbers(Path.of(base + ".dat"), 0), numbers(Path.of(base + ".dat"), 1)};
        };
        return new Series(Integer.parseInt(facts.get("cpu")), facts.get("bound").equals("1"), values[0], values[1],
                Long.parseLong(facts.get("start_ns")), Long.parseLong(facts.get("start_ticks")), rate,
                Double.parseDouble(facts.get("elapsed_ns")), Long.parseLong(facts.get("voluntary")),
                Long.parseLong(facts.get("involuntary")), facts.get("lwk").equals("1"));
    }

    /** One quantum follows the other without a gap. */
    private static double[][] quanta(double[] ticks, double rate) {
        double[] starts = new double[ticks.length];
        double[] values = new double[ticks.length];
        double sum = 0;
        for (int i = 0; i < ticks.length; i++) {
            starts[i] = sum / rate;
            values[i] = ticks[i] / rate;
            sum += ticks[i];
        }
        return new double[][] {starts, values};
    }

    /**
     * What an interval lost is its length less what its units would have taken undisturbed, as in the interval where they took
     * least. The length of the last one is not known: it is left out.
     */
    static double[][] lost(double[] ticks, double[] units, double rate) {
        if (units.length != ticks.length) {
            throw new IllegalArgumentException(ticks.length + " intervals, " + units.length + " counts");
        }
        int count = Math.max(0, ticks.length - 1);
        double unit = Double.POSITIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            unit = Math.min(unit, (ticks[i + 1] - ticks[i]) / units[i]);
        }
        double[] starts = new double[count];
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            starts[i] = ticks[i] / rate;
            // In the least disturbed interval rounding may leave less than nothing.
            values[i] = Math.max(0, ticks[i + 1] - ticks[i] - units[i] * unit) / rate;
        }
        return new double[][] {starts, values};
    }

    /** A column of numbers; lines that begin with # are for people. */
    private static double[] numbers(Path file, int column) throws IOException {
        double[] numbers = new double[FIRST];
        int count = 0;
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("#")) {
                    continue;
                }
                if (count == numbers.length) {
                    numbers = Arrays.copyOf(numbers, 2 * count);
                }
                numbers[count++] = Double.parseDouble(line.split("\t")[column]);
            }
        }
        return Arrays.copyOf(numbers, count);
    }
}
