package org.outrigger.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.outrigger.cli.CommandLineFixture.Outcome;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.batch.Progress;
import org.outrigger.lab.memory.MemoryArm;
import org.outrigger.lab.memory.MemoryReport;
import org.outrigger.lab.memory.MemoryRequest;
import org.outrigger.lab.memory.MemoryRow;
import org.outrigger.lab.memory.MemoryRunner;

/** What {@code outrigger bench memory} makes of its arguments; nothing is measured here. */
class MemoryBenchTest {
    @TempDir
    private Path root;
    private CommandLineFixture world;
    private MemoryRequest asked;

    @BeforeEach
    void eightCpus() throws IOException {
        world = new CommandLineFixture(root, "0-7", "2-7");
        world.environment.put(BenchCommand.HOME, "/opt/outrigger");
        world.memory = new MemoryRunner() {
            @Override
            public MemoryReport run(MemoryRequest request, Progress progress) throws ArmFailedException {
                asked = request;
                progress.at(1, 1, "triad");
                throw new ArmFailedException("the arm 'lwk' ended");
            }

            @Override
            public void stop() {
                throw new AssertionError("nobody interrupts");
            }
        };
    }

    private MemoryRequest request(String... options) {
        String[] args = new String[options.length + 2];
        args[0] = "bench";
        args[1] = "memory";
        System.arraycopy(options, 0, args, 2, options.length);
        asked = null;
        Outcome outcome = world.outrigger(args);
        assertEquals(new Outcome(1, "", "outrigger: the arm 'lwk' ended\n"), outcome, "no progress where nobody watches");
        return asked;
    }

    @Test
    void defaults() {
        world.environment.put("OUTRIGGER_REPORT", "-");
        MemoryRequest request = request();
        assertEquals(Path.of("/opt/outrigger"), request.home());
        assertNull(request.environment().get("OUTRIGGER_REPORT"));
        assertEquals(List.of(MemoryRow.values()), request.rows());
        assertEquals(List.of(MemoryArm.values()), request.arms());
        assertEquals(12, request.rounds());
        assertEquals(1, request.warmUps());
        assertEquals(1500, request.settle());
        assertEquals(1, request.shrink());
        assertEquals(4L << 30, request.table());
        assertArrayEquals(new int[] {3}, request.lwkCores(), "one core for every arm");
        assertArrayEquals(new int[] {2}, request.linuxCores());
    }

    @Test
    void choices() {
        MemoryRequest request = request("--rows", "churn,triad", "--arms=native-thp,lwk",
                "--rounds=3", "--warm-up", "0", "--settle=20",
                "--table", "512M");
        assertEquals(List.of(MemoryRow.TRIAD, MemoryRow.CHURN), request.rows());
        assertEquals(List.of(MemoryArm.NATIVE_THP, MemoryArm.LWK), request.arms());
        assertEquals(3, request.rounds());
        assertEquals(0, request.warmUps());
        assertEquals(20, request.settle());
        assertEquals(512L << 20, request.table());
    }

    @Test
    void quick() {
        MemoryRequest request = request("--quick");
        assertEquals(2, request.rounds());
        assertEquals(0, request.settle());
        assertTrue(request.shrink() > 1);
        assertEquals(64L << 20, request.table());
        assertTrue(request.rows().contains(MemoryRow.GUPS));
        assertFalse(request.rows().contains(MemoryRow.MMAP_1G_TOUCH));
        assertEquals(List.of(MemoryRow.MMAP_1G_TOUCH), request("--quick", "--rows", "mmap_1g_touch").rows(),
                "what is named is measured");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "bench memory --fast                  | unknown option '--fast'",
        "bench memory triad                   | unexpected argument 'triad'",
        "bench memory --rounds 0              | --rounds: '0' is not a number from 1 to 10000",
        "bench memory --rows triad,tried      | --rows: there is no row 'tried'; there are triad, gups, ",
        "bench memory --arms native,trap      | --arms: there is no arm 'trap'; there are native, native-thp, lwk",
        "bench memory --settle x              | --settle: 'x' is not a number from 0 to 10000",
        "bench memory --table 3G              | --table: '3G' is not a size such as 512M or 4G that is a power of",
        "bench memory --table 4096            | --table: '4096' is not a size",
        "bench memory --table 0M              | --table: '0M' is not a size",
        "bench memory -c 9                    | --cpus: "})
    void badArguments(String line, String message) {
        Outcome outcome = world.outrigger(line.strip().split(" "));
        assertEquals(2, outcome.status(), outcome::toString);
        assertTrue(outcome.err().startsWith("outrigger: " + message), outcome.err());
        assertTrue(outcome.err().endsWith("\nTry 'outrigger bench memory --help' for more information.\n"), outcome.err());
        assertEquals("", outcome.out());
        assertNull(asked);
    }

    @Test
    void help() {
        String text = world.outrigger("bench", "memory", "--help").out();
        assertTrue(text.contains("\nUsage: outrigger bench memory [OPTIONS]\n"), text);
        for (String option : List.of("--json", "--rounds", "--warm-up", "--settle", "--rows", "--arms", "--table", "--quick",
                "--cpus", "--linux-cpus")) {
            assertTrue(text.contains(option), option);
        }
        assertTrue(text.lines().allMatch(line -> line.length() <= 90), text);
        assertTrue(world.outrigger("bench", "--help").out().contains("memory  Measure memory natively"));
    }
}
