package org.outrigger.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.outrigger.cli.CommandLineFixture.Outcome;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.compare.CompareReport;
import org.outrigger.lab.compare.CompareRequest;
import org.outrigger.lab.compare.CompareRunner;
import org.outrigger.lab.stats.Better;

/** What {@code outrigger compare} makes of its arguments; nothing is measured here. */
class CompareTest {
    @TempDir
    private Path root;
    private CommandLineFixture world;
    private CompareRequest asked;

    @BeforeEach
    void eightCpus() throws IOException {
        world = new CommandLineFixture(root, "0-7", "2-7");
        world.environment.put(BenchCommand.HOME, "/opt/outrigger");
        world.comparisons = new CompareRunner() {
            @Override
            public CompareReport run(CompareRequest request, Progress progress) throws ArmFailedException {
                asked = request;
                progress.at(1, "linux");
                progress.output("linux, round 1: exited with status 3", "words\n");
                throw new ArmFailedException("the arm 'lwk' cannot be set up");
            }

            @Override
            public void stop() {
                throw new AssertionError("nobody interrupts");
            }
        };
    }

    private CompareRequest request(String... options) {
        String[] args = new String[options.length + 1];
        args[0] = "compare";
        System.arraycopy(options, 0, args, 1, options.length);
        asked = null;
        Outcome outcome = world.outrigger(args);
        assertEquals(new Outcome(1, "", "outrigger: linux, round 1: exited with status 3\nwords\n"
                + "outrigger: the arm 'lwk' cannot be set up\n"), outcome);
        return asked;
    }

    @Test
    void defaults() {
        CompareRequest request = request("true");
        assertEquals(List.of("true"), request.command());
        assertEquals("[linux, lwk]", request.arms().toString());
        assertEquals("[none]", request.loads().toString());
        assertEquals(14, request.rounds());
        assertEquals(1, request.warmUps());
        assertEquals(0, request.threshold());
        assertEquals(Path.of("/dev/null"), request.input());
        assertEquals(Optional.empty(), request.timeout());
        assertEquals(List.of(), request.merits());
        assertFalse(request.keepGoing() || request.show());
        assertTrue(request.count());
        assertArrayEquals(new int[] {2, 3, 4, 5, 6, 7}, request.ground().allowed());
        assertArrayEquals(new int[] {3, 4, 5, 6, 7}, request.ground().lwkCores());
        assertArrayEquals(new int[] {2}, request.ground().linuxCores());
    }

    @Test
    void choices() throws IOException {
        Path input = Files.writeString(world.directory.resolve("in"), "x");
        CompareRequest request = request("-r", "20", "-w", "0", "--arms", "lwk,lwk,native", "--load", "none,cpu", "--load",
                "a b", "--unconfined",
                "--fom", "(?<rate>[0-9]+)", "--fom", "took (.*) s", "--fom-better", "higher", "--fom-better", "lower",
                "--threshold", "2.5", "--timeout", "0.5", "--stdin", "in", "--keep-going", "--show", "--no-calls",
                "-c", "6-7", "-l", "2", "--", "sh", "-c", "exit 0", "--json");
        assertEquals(List.of("sh", "-c", "exit 0", "--json"), request.command());
        assertEquals(20, request.rounds());
        assertEquals(0, request.warmUps());
        assertEquals("[lwk, lwk#2, native]", request.arms().toString());
        assertEquals("[none, cpu@all, a b@all]", request.loads().toString());
        assertArrayEquals(new int[] {2, 3, 4, 5, 6, 7}, request.cpusOf(request.loads().get(1)));
        assertEquals(List.of("rate", "fom2"), request.merits().stream().map(merit -> merit.name()).toList());
        assertEquals(List.of(Better.HIGHER, Better.LOWER), request.merits().stream().map(merit -> merit.better()).toList());
        assertEquals(0.025, request.threshold());
        assertEquals(Optional.of(Duration.ofMillis(500)), request.timeout());
        assertEquals(input.toAbsolutePath(), request.input());
        assertTrue(request.keepGoing() && request.show() && !request.count());
        assertArrayEquals(new int[] {6, 7}, request.ground().lwkCores());
    }

    /** What the user has set for runs must not change what is measured; what is for experiments must reach it. */
    @Test
    void settingsOfRunsDoNotReachTheArms() {
        world.environment.put("OUTRIGGER_REPORT", "-");
        world.environment.put("OUTRIGGER_INTERCEPT", "trap");
        world.environment.put("OUTRIGGER_JVM_FLAGS", "-Dx=y");
        CompareRequest request = request("true");
        assertNull(request.ground().environment().get("OUTRIGGER_REPORT"));
        assertNull(request.ground().environment().get("OUTRIGGER_INTERCEPT"));
        assertNull(request.ground().environment().get(BenchCommand.HOME));
        assertEquals("-Dx=y", request.ground().environment().get("OUTRIGGER_JVM_FLAGS"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "compare                            | a program to compare is missing",
        "compare --fast true                | unknown option '--fast'",
        "compare -r 0 true                  | --rounds: '0' is not a number from 1 to 1000",
        "compare -r 1001 true               | --rounds: '1001' is not a number from 1 to 1000",
        "compare -w -1 true                 | --warm-up: '-1' is not a number from 0 to 1000",
        "compare --arms lwk true            | --arms: one arm alone cannot be compared; 'lwk,lwk' shows",
        "compare --arms linux,lvk true      | --arms: there is no arm 'lvk'; there are linux, native, ",
        "compare --load cpi true            | --load: there is no load 'cpi'",
        "compare --fom ( true               | --fom: '(' is no regular expression: ",
        "compare --fom x true               | --fom: 'x' has 0 groups",
        "compare --fom (x) --fom-better up true | --fom: 'up' is neither 'higher' nor 'lower'",
        "compare --fom-better lower true    | --fom: there are 1 directions for 0 figures of merit",
        "compare --threshold -1 true        | --threshold: '-1' is not a number from 0 to 10000",
        "compare --threshold 1e2 true       | --threshold: '1e2' is not a number from 0 to 10000",
        "compare --timeout 0 true           | --timeout: '0' is not a number from 0.001 to 10000000",
        "compare --stdin nothing true       | --stdin: '",
        "compare --csv nowhere true         | --csv: cannot write to '",
        "compare --html nowhere/x true      | --html: cannot write to 'nowhere/x': the directory does not exist",
        "compare --html / true              | --html: cannot write to '/': is a directory",
        "compare -c 9 true                  | --cpus: "})
    void badArguments(String line, String message) {
        Outcome outcome = world.outrigger(line.strip().split(" "));
        assertEquals(125, outcome.status(), outcome::toString);
        assertTrue(outcome.err().startsWith("outrigger: " + message), outcome.err());
        assertTrue(outcome.err().endsWith("\nTry 'outrigger compare --help' for more information.\n"), outcome.err());
        assertEquals("", outcome.out());
        assertNull(asked);
    }

    @Test
    void programsThatCannotRun() {
        assertEquals(new Outcome(127, "", "outrigger: /nowhere/prog: No such file or directory\n"),
                world.outrigger("compare", "/nowhere/prog"));
        assertEquals(126, world.outrigger("compare", "/etc/passwd").status());
        assertEquals(125, world.outrigger("compare", "true", "\ufffd").status());
        assertNull(asked);
    }

    @Test
    void withoutTheScript() {
        world.environment.remove(BenchCommand.HOME);
        Outcome outcome = world.outrigger("compare", "true");
        assertEquals(125, outcome.status());
        assertTrue(outcome.err().contains("must be started by the outrigger script"), outcome.err());
    }

    @Test
    void help() {
        String text = world.outrigger("compare", "--help").out();
        assertTrue(text.contains("\nUsage: outrigger compare [OPTIONS] [--] PROGRAM [ARGS...]\n"), text);
        for (String option : List.of("--json", "--rounds", "--warm-up", "--arms", "--load", "--unconfined", "--fom",
                "--fom-better",
                "--threshold", "--stdin", "--timeout", "--keep-going", "--show", "--no-calls", "--csv", "--html", "--cpus",
                "--linux-cpus")) {
            assertTrue(text.contains(option), option);
        }
        assertTrue(text.lines().allMatch(line -> line.length() <= 90), text);
        assertTrue(world.outrigger("--help").out().matches("(?s).*\n  compare +Measure a program.*"));
    }
}
