package org.outrigger.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.cli.CommandLineFixture.Outcome;

/** The commands that print: help, version, triage and the dry run. */
class CommandsTest {
    @TempDir
    private Path root;
    private CommandLineFixture world;

    @BeforeEach
    void eightCpus() throws IOException {
        world = new CommandLineFixture(root, "0-7", "0-7");
        Files.writeString(world.directory.resolve("my.triage"), "");
    }

    private String printed(String... args) {
        Outcome outcome = world.outrigger(args);
        assertEquals("", outcome.err());
        assertEquals(ExitStatus.OK, outcome.status());
        assertEquals(List.of(), world.requests);
        return outcome.out();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help"})
    void help(String word) {
        String text = printed(word);
        assertTrue(text.contains("Usage: outrigger COMMAND [ARGS...]\n"), text);
        assertTrue(text.matches("(?s).*\n  run +Run a program on the lightweight kernel\\.\n.*"), text);
        assertTrue(text.matches("(?s).*\n  triage +Show who serves each system call, and why\\.\n.*"), text);
        assertEquals(printed("--help"), text);
    }

    @Test
    void helpOfRunNamesEveryOptionVariableAndStatus() {
        String text = printed("run", "--help");
        assertTrue(text.contains("\nUsage: outrigger run [OPTIONS] [--] PROGRAM [ARGS...]\n"), text);
        for (Setting setting : Setting.values()) {
            assertTrue(text.contains(setting.option()), setting.option());
            assertTrue(text.contains(" Variable: " + setting.variable() + "\n"), setting.variable());
        }
        for (String status : List.of("  125", "  126", "  127", "  128+n", "Exit status:", "Examples:")) {
            assertTrue(text.contains(status), status);
        }
        assertTrue(text.lines().allMatch(line -> line.length() <= 90 && line.equals(line.stripTrailing())), text);
        assertFalse(text.contains("\u001b"), "no colour");
        assertEquals(text, printed("help", "run"));
        assertEquals(text, printed("run", "-h"));
        assertEquals(text, printed("run", "-c", "1", "--help", "true"), "help comes before any check");
    }

    @Test
    void helpOfTriageAndHelp() {
        assertTrue(printed("triage", "--help").contains("Usage: outrigger triage [OPTIONS]\n"));
        assertEquals(printed("triage", "--help"), printed("help", "triage"));
        assertTrue(printed("help", "--help").contains("Usage: outrigger help [COMMAND]\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V"})
    void version(String option) {
        assertTrue(printed(option).matches("outrigger \\d+\\.\\d+\\.\\d+\n"), printed(option));
    }

    @Test
    void triage() {
        assertEquals("text of built-in\n", printed("triage"));
        assertEquals("{\"of\": \"built-in\"}\n", printed("triage", "--json"));
        assertEquals("text of my.triage\n", printed("triage", "--triage", "my.triage"));
        assertEquals("{\"of\": \"my.triage\"}\n", printed("triage", "--json", "--triage=my.triage"));
        world.environment.put("OUTRIGGER_TRIAGE", "my.triage");
        assertEquals("text of my.triage\n", printed("triage"));
    }

    @Test
    void dryRunPrintsThePlan() {
        assertEquals("""
                program      /usr/bin/echo
                command      echo 'a b' '' 'it'\\''s'
                LWK cores    2-6
                Linux cores  0-1
                ranks        2, output labelled
                  rank 0     2-3
                  rank 1     4-6
                kernel loops 2 at most, in real time where that is permitted
                intercept    trap
                triage       %1$s/my.triage
                report       JSON to %1$s/r.json
                """.formatted(world.directory),
                printed("run", "--dry-run", "-c2-6", "-l0-1", "-n2", "--label", "--intercept=trap", "--triage=my.triage",
                        "--report=r.json", "--", "echo", "a b", "", "it's"));
    }

    @Test
    void dryRunByVariable() throws IOException {
        world = new CommandLineFixture(root, "0-7", "3");
        world.environment.put("OUTRIGGER_DRY_RUN", "yes");
        assertEquals("""
                program      /bin/true
                command      /bin/true
                LWK cores    3 (shared with Linux, without spinning)
                Linux cores  3
                ranks        1
                kernel loops 1, in real time where that is permitted
                intercept    auto
                triage       built-in table
                report       text to standard error
                """, printed("run", "--report", "/bin/true"));
        world.outrigger("run", "--dry-run=false", "true");
        assertEquals(1, world.requests.size(), "the command line wins");
    }

    @Test
    void whatRunsOnPlainLinuxIsSaid() throws IOException {
        Path program = Files.copy(Path.of("/bin/true"), world.directory.resolve("tool"));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setAttribute(program, "unix:mode", 04755);
        Outcome outcome = world.outrigger("run", "./tool");
        assertEquals("outrigger: ./tool: set-user-id program: runs on plain Linux\n", outcome.err());
        assertEquals("", outcome.out());
        assertEquals(List.of("./tool: set-user-id program: runs on plain Linux"), world.requests.get(0).plainLinuxReasons());
        assertTrue(world.outrigger("run", "--dry-run", "./tool").out()
                .contains("note         ./tool: set-user-id program: runs on plain Linux\n"));
    }

    @Test
    void aFullStandardOutputIsAnError() {
        world.standardOutput(new PrintStream(new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException("full");
            }
        }, false, StandardCharsets.UTF_8));
        Outcome outcome = world.outrigger("triage");
        assertEquals(ExitStatus.LAUNCHER_ERROR, outcome.status());
        assertEquals("outrigger: cannot write to standard output\n", outcome.err());
    }
}
