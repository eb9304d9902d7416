package org.outrigger.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.outrigger.cli.CommandLineFixture.Outcome;

/** Every refusal: its message, its hint, its status, silence on standard output, and no job. */
class RefusalTest {
    @TempDir
    private Path root;
    private CommandLineFixture world;

    @BeforeEach
    void fourOfEightCpus() throws IOException {
        world = new CommandLineFixture(root, "0-7", "0-3");
        Files.createDirectory(world.directory.resolve("dir"));
        Files.writeString(world.directory.resolve("bad.triage"), "wrong");
        Files.writeString(world.directory.resolve("plain"), "");
        Files.createSymbolicLink(world.directory.resolve("dangling"), Path.of("nowhere/at/all"));
    }

    private void assertRefused(Outcome outcome, String command, String message) {
        assertEquals("outrigger: " + message + "\nTry '" + command + " --help' for more information.\n", outcome.err());
        assertEquals(ExitStatus.LAUNCHER_ERROR, outcome.status());
        assertEquals("", outcome.out());
        assertEquals(List.of(), world.requests);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "run | outrigger run | a program to run is missing",
        "run -v -- | outrigger run | a program to run is missing",
        "run --nope true | outrigger run | unknown option '--nope'",
        "run -x true | outrigger run | unknown option '-x'",
        "run --cpu 1 true | outrigger run | unknown option '--cpu'",
        "run -n | outrigger run | missing required parameter for option '--ranks' (N)",
        "run -c 1 -c 2 true | outrigger run | option '--cpus' (LIST) should be specified only once",
        "nope | outrigger | there is no command 'nope'",
        "--nope | outrigger | unknown option '--nope'",
        "/bin/true | outrigger | there is no command '/bin/true'",
        "help nope | outrigger help | there is no command 'nope'",
        "triage extra | outrigger triage | unexpected argument 'extra'",
        "triage --jsn | outrigger triage | unknown option '--jsn'",
        "triage --triage bad.triage | outrigger triage | --triage: bad.triage:1:1: no such call",
        "triage --triage absent | outrigger triage | --triage: absent: cannot be read",
    })
    void usage(String line, String command, String message) {
        assertRefused(world.outrigger(line.split(" ")), command, message);
    }

    @Test
    void noCommandAtAll() {
        assertRefused(world.outrigger(), "outrigger", "a command is missing");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "--cpus | OUTRIGGER_CPUS | x | malformed CPU list 'x': a CPU number or an object such as core:0 is wanted, not 'x'"
            + " (column 1)",
        "--cpus | OUTRIGGER_CPUS | 1,,2 | malformed CPU list '1,,2': a CPU number is wanted, not ',' (column 3)",
        "--cpus | OUTRIGGER_CPUS | 3-1 | malformed CPU list '3-1': the range 3-1 runs backwards (column 3)",
        "--cpus | OUTRIGGER_CPUS | 8 | CPU list '8': CPU 8 is offline (online: 0-7) (column 1)",
        "--cpus | OUTRIGGER_CPUS | 64 | CPU list '64': CPU 64 does not exist on this machine (online: 0-7) (column 1)",
        "--cpus | OUTRIGGER_CPUS | 2-5 | CPU list '2-5': CPUs 4-5 are outside the allowed CPUs (0-3)",
        "--cpus | OUTRIGGER_CPUS | +4 | CPU list '+4': position +4 is beyond the last of the allowed CPUs (0-3) (column 1)",
        "--cpus | OUTRIGGER_CPUS | !all | CPU list '!all' names no CPU: it excludes every allowed CPU (0-3)",
        "--cpus | OUTRIGGER_CPUS | all | LWK cores 0-3 leave no CPU for Linux (allowed: 0-3)",
        "--linux-cpus | OUTRIGGER_LINUX_CPUS | 0-3 | Linux cores 0-3 leave no CPU for the LWK (allowed: 0-3)",
        "--linux-cpus | OUTRIGGER_LINUX_CPUS | 1- | malformed CPU list '1-': the last CPU of the range is wanted, not the end"
            + " (column 3)",
        "--ranks | OUTRIGGER_NUM_RANKS | 0 | '0' is not a number from 1 to 65536",
        "--ranks | OUTRIGGER_NUM_RANKS | -1 | '-1' is not a number from 1 to 65536",
        "--ranks | OUTRIGGER_NUM_RANKS | +2 | '+2' is not a number from 1 to 65536",
        "--ranks | OUTRIGGER_NUM_RANKS | 2x | '2x' is not a number from 1 to 65536",
        "--ranks | OUTRIGGER_NUM_RANKS | 99999999999 | '99999999999' is not a number from 1 to 65536",
        "--kernel-loops | OUTRIGGER_KERNEL_LOOPS | 0 | '0' is not a number from 1 to 8",
        "--kernel-loops | OUTRIGGER_KERNEL_LOOPS | 9 | '9' is not a number from 1 to 8",
        "--kernel-loops | OUTRIGGER_KERNEL_LOOPS | many | 'many' is not a number from 1 to 8",
        "--sched | OUTRIGGER_SCHED | rr | 'rr' is neither 'other' nor 'fifo'",
        "--loop-priority | OUTRIGGER_LOOP_PRIORITY | rr | 'rr' is neither 'fifo' nor 'nice' nor 'none'",
        "--intercept | OUTRIGGER_INTERCEPT | magic | 'magic' is neither 'auto' nor 'trap'",
        "--triage | OUTRIGGER_TRIAGE | bad.triage | bad.triage:1:1: no such call",
        "--triage | OUTRIGGER_TRIAGE | absent | absent: cannot be read",
        "--report | OUTRIGGER_REPORT | dir | cannot write the report to 'dir': is a directory",
        "--report | OUTRIGGER_REPORT | no/r.json | cannot write the report to 'no/r.json': the directory does not exist",
        "--report | OUTRIGGER_REPORT | dangling | cannot write the report to 'dangling': is a symbolic link to nothing",
    })
    void badValues(String option, String variable, String value, String message) {
        assertRefused(world.outrigger("run", option + "=" + value, "true"), "outrigger run", option + ": " + message);
        world.environment.put(variable, value);
        assertRefused(world.outrigger("run", "true"), "outrigger run", variable + ": " + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "--cpus= | --cpus: the CPU list is empty",
        "--linux-cpus= | --linux-cpus: the CPU list is empty",
        "--ranks= | --ranks: '' is not a number from 1 to 65536",
        "--kernel-loops= | --kernel-loops: '' is not a number from 1 to 8",
        "--loop-priority= | --loop-priority: '' is neither 'fifo' nor 'nice' nor 'none'",
        "--intercept= | --intercept: '' is neither 'auto' nor 'trap'",
        "--triage= | --triage: a file name is wanted, not the empty text",
        "--report= | --report: a file name is wanted, not the empty text",
        "--report=\ufffd | --report: '\ufffd' cannot be written in the character set of the locale",
    })
    void emptyValuesAndUnwritableNames(String option, String message) {
        assertRefused(world.outrigger("run", option, "true"), "outrigger run", message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "OUTRIGGER_LABEL | maybe | 'maybe' is neither '1' nor '0'",
        "OUTRIGGER_DRY_RUN | 2 | '2' is neither '1' nor '0'",
        "OUTRIGGER_VERBOSE | much | 'much' is neither '1' nor '0'",
        "OUTRIGGER_VERBOSE | 10 | '10' is neither '1' nor '0'",
    })
    void badFlagVariables(String variable, String value, String message) {
        world.environment.put(variable, value);
        assertRefused(world.outrigger("run", "true"), "outrigger run", variable + ": " + message);
    }

    @Test
    void overlappingCoresAreNamed() {
        assertRefused(world.outrigger("run", "-c1-3", "-l0-2", "true"), "outrigger run",
                "--cpus: CPUs 1-2 are both LWK and Linux: LWK cores 1-3, Linux cores 0-2");
    }

    @Test
    void aReportBelowAFileIsRefused() {
        Outcome outcome = world.outrigger("run", "--report=plain/r.txt", "true");
        assertEquals(ExitStatus.LAUNCHER_ERROR, outcome.status());
        assertTrue(outcome.err().contains("plain is not a directory\n"), outcome.err());
    }

    @Test
    void aMachineWithoutAnAnswerIsRefused() throws IOException {
        Files.writeString(root.resolve("status"), "Name:\tx\n");
        Outcome outcome = world.outrigger("run", "true");
        assertEquals(ExitStatus.LAUNCHER_ERROR, outcome.status());
        assertTrue(outcome.err().startsWith("outrigger: cannot find out the CPUs of this machine: "), outcome.err());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "no-such-program-here | 127 | no-such-program-here: command not found",
        "\"\" | 127 | '': command not found",
        "./absent | 127 | ./absent: No such file or directory",
        "./dir | 126 | ./dir: Is a directory",
        "./plain | 126 | ./plain: Permission denied",
    })
    void programsThatCannotRun(String program, int status, String message) {
        assertEquals(new Outcome(status, "", "outrigger: " + message + "\n"), world.outrigger("run", program));
        assertEquals(new Outcome(status, "", "outrigger: " + message + "\n"), world.outrigger("run", "--dry-run", program));
        assertEquals(List.of(), world.requests);
    }
}
