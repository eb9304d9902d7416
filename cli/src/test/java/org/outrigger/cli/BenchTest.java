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
import org.outrigger.lab.calls.Arm;
import org.outrigger.lab.calls.CallsReport;
import org.outrigger.lab.calls.CallsRequest;
import org.outrigger.lab.calls.CallsRunner;
import org.outrigger.lab.calls.Row;

/** What {@code outrigger bench calls} makes of its arguments; nothing is measured here. */
class BenchTest {
    @TempDir
    private Path root;
    private CommandLineFixture world;
    private CallsRequest asked;

    @BeforeEach
    void eightCpus() throws IOException {
        world = new CommandLineFixture(root, "0-7", "2-7");
        world.environment.put(BenchCommand.HOME, "/opt/outrigger");
        world.calls = new CallsRunner() {
            @Override
            public CallsReport run(CallsRequest request, Progress progress) throws ArmFailedException {
                asked = request;
                progress.at(1, 1, "getpid");
                throw new ArmFailedException("the arm 'lwk' ended");
            }

            @Override
            public void stop() {
                throw new AssertionError("nobody interrupts");
            }
        };
    }

    private CallsRequest request(String... options) {
        String[] args = new String[options.length + 2];
        args[0] = "bench";
        args[1] = "calls";
        System.arraycopy(options, 0, args, 2, options.length);
        asked = null;
        Outcome outcome = world.outrigger(args);
        assertEquals(new Outcome(1, "", "outrigger: the arm 'lwk' ended\n"), outcome, "no progress where nobody watches");
        return asked;
    }

    @Test
    void defaults() {
        CallsRequest request = request();
        assertEquals(Path.of("/opt/outrigger"), request.home());
        assertEquals(List.of(Row.values()), request.rows());
        assertEquals(List.of(Arm.values()), request.arms());
        assertEquals(12, request.rounds());
        assertEquals(1, request.warmUps());
        assertEquals(1, request.shrink());
        assertArrayEquals(new int[] {2, 3, 4, 5, 6, 7}, request.allowed());
        assertArrayEquals(new int[] {3}, request.lwkCores(), "one core for every arm");
        assertArrayEquals(new int[] {2}, request.linuxCores());
    }

    @Test
    void choices() {
        CallsRequest request = request("--rows", "first_100,getpid", "--arms=trap,native", "--rounds=3", "--warm-up", "0");
        assertEquals(List.of(Row.GETPID, Row.FIRST_100), request.rows());
        assertEquals(List.of(Arm.NATIVE, Arm.TRAP), request.arms());
        assertEquals(3, request.rounds());
        assertEquals(0, request.warmUps());
        request = request("-c", "4-5", "-l", "7");
        assertArrayEquals(new int[] {4, 5}, request.lwkCores());
        assertArrayEquals(new int[] {7}, request.linuxCores());
    }

    @Test
    void quick() {
        assertEquals(2, request("--quick").rounds());
        assertTrue(request("--quick").shrink() > 1);
        assertEquals(5, request("--quick", "--rounds", "5").rounds());
    }

    /** What the user has set for runs must not change what is measured; what is for experiments must reach it. */
    @Test
    void settingsOfRunsDoNotReachTheArms() {
        world.environment.put("OUTRIGGER_REPORT", "-");
        world.environment.put("OUTRIGGER_INTERCEPT", "trap");
        world.environment.put("OUTRIGGER_CPUS", "6");
        world.environment.put("OUTRIGGER_JVM_FLAGS", "-Dx=y");
        CallsRequest request = request();
        assertNull(request.environment().get("OUTRIGGER_REPORT"));
        assertNull(request.environment().get("OUTRIGGER_INTERCEPT"));
        assertNull(request.environment().get(BenchCommand.HOME));
        assertEquals("-Dx=y", request.environment().get("OUTRIGGER_JVM_FLAGS"));
        assertArrayEquals(new int[] {6}, request.lwkCores());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "bench                               | a benchmark is missing",
        "bench speed                         | unexpected argument 'speed'",
        "bench calls --fast                  | unknown option '--fast'",
        "bench calls getpid                  | unexpected argument 'getpid'",
        "bench calls --rounds                | missing required parameter for option '--rounds' (N)",
        "bench calls --rounds 0              | --rounds: '0' is not a number from 1 to 10000",
        "bench calls --rounds 12x            | --rounds: '12x' is not a number from 1 to 10000",
        "bench calls --rounds=-1             | --rounds: '-1' is not a number from 1 to 10000",
        "bench calls --warm-up 10001         | --warm-up: '10001' is not a number from 0 to 10000",
        "bench calls --arms native,lvk       | --arms: there is no arm 'lvk'; there are native, lwk, trap",
        "bench calls --arms ,                | --arms: there is no arm ''; there are native, lwk, trap",
        "bench calls -c 9                    | --cpus: ",
        "bench calls -c 3 -l 3               | --cpus: "})
    void badArguments(String line, String message) {
        Outcome outcome = world.outrigger(line.strip().split(" "));
        assertEquals(2, outcome.status(), outcome::toString);
        assertTrue(outcome.err().startsWith("outrigger: " + message), outcome.err());
        assertTrue(outcome.err().matches("(?s).*\nTry 'outrigger bench( calls)? --help' for more information.\n"), outcome.err());
        assertEquals("", outcome.out());
        assertNull(asked);
    }

    @Test
    void aWrongRowShowsThemAll() {
        String message = world.outrigger("bench", "calls", "--rows", "getpid,getpit").err();
        assertTrue(message.startsWith("outrigger: --rows: there is no row 'getpit'; there are getpid, "), message);
        for (Row row : Row.values()) {
            assertTrue(message.contains(row.key()), row.key());
        }
    }

    @Test
    void withoutTheScript() {
        world.environment.remove(BenchCommand.HOME);
        Outcome outcome = world.outrigger("bench", "calls");
        assertEquals(2, outcome.status());
        assertTrue(outcome.err().contains("must be started by the outrigger script"), outcome.err());
    }

    @Test
    void help() {
        String text = world.outrigger("bench", "calls", "--help").out();
        assertTrue(text.contains("\nUsage: outrigger bench calls [OPTIONS]\n"), text);
        for (String option : List.of("--json", "--rounds", "--warm-up", "--rows", "--arms", "--quick", "--cpus",
                "--linux-cpus")) {
            assertTrue(text.contains(option), option);
        }
        assertTrue(text.lines().allMatch(line -> line.length() <= 90), text);
        assertTrue(world.outrigger("bench", "--help").out()
                .matches("(?s).*\n  calls +Measure system calls natively and on the LWK.*"));
        assertTrue(world.outrigger("--help").out().matches("(?s).*\n  bench +Measure what.*"));
        assertFalse(text.contains("@|"), text);
    }
}
