package org.outrigger.lab.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.lab.arms.Workshop;
import org.outrigger.lab.environment.StealTime;

/** The measuring program's files and what is made of them. */
class SeriesFilesTest {
    private static final String TOLD = "cpu 1 bound 1 samples 3 ticks_per_ns 2.0 minimum 20 start_ns 5 start_ticks 6"
            + " elapsed_ns 700 voluntary 1 involuntary 2 lwk 1\n";

    @TempDir
    private Path folder;

    @Test
    void quanta() throws IOException {
        Files.writeString(folder.resolve("x_1_times.dat"), "200\n400\n200\n");
        Series series = SeriesFiles.read(NoiseKernel.FWQ, TOLD, folder.resolve("x")).get(0);
        assertArrayEquals(new double[] {100, 200, 100}, series.valuesNs());
        assertArrayEquals(new double[] {0, 100, 300}, series.startsNs(), "without gaps");
        assertEquals(2, series.involuntary());
        assertTrue(series.onLwk());
    }

    /** The unit takes 10 ticks undisturbed: in the second interval 60 ticks were lost, the third slept through another one. */
    @Test
    void intervals() throws IOException {
        Files.writeString(folder.resolve("x_1_times.dat"), "0\n100\n200\n400\n500\n");
        Files.writeString(folder.resolve("x_1_counts.dat"), "10\n4\n8\n10\n7\n");
        Series series = SeriesFiles.read(NoiseKernel.FTQ, TOLD, folder.resolve("x")).get(0);
        assertArrayEquals(new double[] {0, 30, 60, 0}, series.valuesNs());
        assertArrayEquals(new double[] {0, 50, 100, 200}, series.startsNs());
    }

    /** 1001 ticks by 103 units, times 103, is a little more than 1001. */
    @Test
    void noTimeIsLostInTheLeastDisturbedInterval() {
        double[] values = SeriesFiles.lost(new double[] {0, 1001, 2200}, new double[] {103, 103, 1}, 1)[1];
        assertArrayEquals(new double[] {0, 198}, values, 1e-9);
        assertTrue(values[0] >= 0, "no -0 in a table");
    }

    @Test
    void detours() throws IOException {
        Files.writeString(folder.resolve("x_1.dat"), "# Selfish Benchmark\n# Time\n12.50\t100.25\n80.00\t7.00\n# the end\n");
        Series series = SeriesFiles.read(NoiseKernel.SELFISH, TOLD, folder.resolve("x")).get(0);
        assertArrayEquals(new double[] {12.5, 80}, series.startsNs());
        assertArrayEquals(new double[] {100.25, 7}, series.valuesNs());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cpu 1\n", "killed\n"})
    void garbled(String told) {
        assertThrows(IllegalArgumentException.class, () -> SeriesFiles.read(NoiseKernel.FWQ, told, folder.resolve("x")));
    }

    private String noise(int status, String... words) throws IOException, InterruptedException {
        String[] line = new String[words.length + 1];
        line[0] = Workshop.ground().tool("noise").toString();
        System.arraycopy(words, 0, line, 1, words.length);
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(status, process.exitValue(), said);
        return said;
    }

    /** Each loop is real: its values cover the time that it took, as far as they should. */
    @ParameterizedTest
    @EnumSource(NoiseKernel.class)
    void theLoops(NoiseKernel kernel) throws IOException, InterruptedException {
        int[] cpus = Workshop.ground().lwkCores();
        String name = folder.resolve("y").toString();
        String told = noise(0, kernel.key(), "-w", "14", "-i", "14", "-d", "0.05", "-n", "100000", "-c",
                Integer.toString(cpus[0]), "-o", name);
        List<Series> all = SeriesFiles.read(kernel, told, Path.of(name));
        assertEquals(1, all.size());
        Series series = all.get(0);
        assertEquals(cpus[0], series.cpu());
        double[] values = series.valuesNs();
        double sum = java.util.Arrays.stream(values).sum();
        // The loop ends by the clock and is told in ticks, whose rate, calibrated on a busy machine, is off by some per mille.
        assertTrue(series.elapsedNs() >= 0.05e9 * 0.99, "elapsed " + series.elapsedNs());
        assertTrue(java.util.Arrays.stream(values).allMatch(value -> value > -1), "no negative time");
        switch (kernel) {
            case FWQ -> assertEquals(1, sum / series.elapsedNs(), 0.01, "quanta without gaps");
            case FTQ -> assertTrue(values.length > 100 && sum < series.elapsedNs(), values.length + " values");
            default -> assertTrue(sum < series.elapsedNs());
        }
    }

    @Test
    void threadsAndLimits() throws IOException, InterruptedException {
        String told = noise(0, "fwq", "-w", "10", "-n", "50", "-t", "2");
        assertEquals(2, told.lines().count());
        assertTrue(told.lines().allMatch(line -> line.contains(" bound 0 samples 50 ")), told);
        for (String[] bad : List.of(new String[] {}, new String[] {"fwp"}, new String[] {"fwq", "-n", "0"},
                new String[] {"fwq", "-w", "31"}, new String[] {"ftq", "-i", "9"}, new String[] {"selfish", "-x", "100"},
                new String[] {"fwq", "more"})) {
            assertTrue(noise(2, bad).startsWith("usage: "));
        }
        assertTrue(noise(1, "fwq", "-n", "1", "-c", "1023").contains("CPU 1023: "));
    }

    @Test
    void stealTime() throws IOException {
        Path stat = Files.writeString(folder.resolve("stat"), "cpu  1 2 3 4 5 6 7 80 9 10\ncpu0 1 2 3 4 5 6 7 30 9 10\n"
                + "cpu1 1 2 3 4 5 6 7 50 9 10\nintr 5\n");
        assertEquals(0.5e9, StealTime.read(stat, new int[] {1}).orElseThrow());
        assertEquals(0.8e9, StealTime.read(stat, new int[] {0, 1}).orElseThrow());
        assertTrue(StealTime.read(stat, new int[] {1, 2}).isEmpty());
        assertTrue(StealTime.read(folder.resolve("none"), new int[] {0}).isEmpty());
    }
}
