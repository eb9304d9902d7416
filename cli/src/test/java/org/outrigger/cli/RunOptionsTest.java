package org.outrigger.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.cli.CommandLineFixture.Outcome;
import org.outrigger.kernel.boot.Intercept;
import org.outrigger.kernel.boot.JobRequest;
import org.outrigger.kernel.loop.Pace;
import org.outrigger.node.CpuSet;

/** What each option and variable of a run becomes in the job. */
class RunOptionsTest {
    @TempDir
    private Path root;
    private CommandLineFixture world;

    @BeforeEach
    void eightCpus() throws IOException {
        world = new CommandLineFixture(root, "0-7", "0-7");
        Files.writeString(world.directory.resolve("my.triage"), "");
        Files.writeString(world.directory.resolve("other.triage"), "");
    }

    @Test
    void withoutOptions() {
        JobRequest job = world.request("/bin/true");
        assertEquals(List.of("/bin/true"), job.command());
        assertEquals(1, job.argIndex());
        assertArrayEquals(new int[] {1, 2, 3, 4, 5, 6, 7}, job.lwkCores());
        assertArrayEquals(new int[] {0}, job.linuxCores());
        assertFalse(job.sharedCore());
        assertEquals(1, job.ranks());
        assertFalse(job.ranksGiven());
        assertFalse(job.label());
        assertEquals(1, job.kernelLoops(), "as many as Linux cores");
        assertEquals(Pace.Priority.FIFO, job.loopPriority());
        assertFalse(job.realTime());
        assertEquals(Intercept.AUTO, job.intercept());
        assertEquals(Optional.empty(), job.triage());
        assertEquals(Optional.empty(), job.report());
        assertFalse(job.measure());
        assertEquals(0, job.verbosity());
        assertEquals(List.of(), job.plainLinuxReasons());
    }

    @Test
    void aRunSaysNothingAndEndsAsTheRunnerSays() {
        assertEquals(new Outcome(CommandLineFixture.PROGRAM_STATUS, "", ""), world.outrigger("run", "true"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "-c 2-3 true | 2-3 | 0-1,4-7",
        "-c2-3 true | 2-3 | 0-1,4-7",
        "--cpus 2-3 true | 2-3 | 0-1,4-7",
        "--cpus=+2-3 true | 2-3 | 0-1,4-7",
        "-l 6-7 true | 0-5 | 6-7",
        "--linux-cpus=6-7 true | 0-5 | 6-7",
        "-c 1-3:2 -l 0 true | 1,3 | 0",
        "-l 0 -c !0-3 true | 4-7 | 0",
    })
    void cores(String line, String lwk, String linux) {
        JobRequest job = world.request(line.split(" "));
        assertEquals(lwk, CpuSet.of(job.lwkCores()).toString());
        assertEquals(linux, CpuSet.of(job.linuxCores()).toString());
    }

    @Test
    void oneCpuIsSharedAndTheUserIsTold() throws IOException {
        world = new CommandLineFixture(root, "0-7", "5");
        Outcome outcome = world.outrigger("run", "true");
        assertEquals("outrigger: only CPU 5 may be used: the LWK and Linux share it, without spinning\n", outcome.err());
        JobRequest job = world.requests.get(0);
        assertTrue(job.sharedCore());
        assertArrayEquals(new int[] {5}, job.lwkCores());
        assertArrayEquals(new int[] {5}, job.linuxCores());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-n 3", "-n3", "--ranks 3", "--ranks=3"})
    void ranks(String option) {
        JobRequest job = world.request((option + " true").split(" "));
        assertEquals(3, job.ranks());
        assertTrue(job.ranksGiven());
        assertArrayEquals(new int[] {1, 2}, job.coresOfRank(0));
    }

    @Test
    void oneRankIsStillGiven() {
        assertTrue(world.request("-n", "1", "true").ranksGiven());
    }

    @Test
    void kernelLoops() throws IOException {
        assertEquals(3, world.request("-l", "0-2", "true").kernelLoops());
        assertEquals(Pace.Priority.NICE, world.request("--loop-priority=nice", "true").loopPriority());
        assertEquals(Pace.Priority.NONE, world.request("--loop-priority", "none", "true").loopPriority());
        assertEquals(2, world.request("-l", "0-2", "--kernel-loops=2", "true").kernelLoops());
        world.environment.put("OUTRIGGER_KERNEL_LOOPS", "8");
        assertTrue(world.request("--sched", "fifo", "true").realTime());
        world.environment.put("OUTRIGGER_SCHED", "fifo");
        assertTrue(world.request("true").realTime());
        assertFalse(world.request("--sched=other", "true").realTime());
        world.environment.put("OUTRIGGER_LOOP_PRIORITY", "none");
        Outcome outcome = world.outrigger("run", "-l", "0-2", "true");
        assertEquals("outrigger: there are more kernel loops, 8, than Linux cores, 3: they share cores, without spinning\n",
                outcome.err());
        JobRequest job = world.requests.getLast();
        assertEquals(8, job.kernelLoops());
        assertEquals(Pace.Priority.NONE, job.loopPriority());
        world = new CommandLineFixture(root.resolve("large"), "0-63", "0-63");
        assertEquals(JobRequest.MOST_LOOPS, world.request("-l", "0-31", "true").kernelLoops());
    }

    @Test
    void flagsAndModes() {
        assertTrue(world.request("--label", "true").label());
        assertEquals(Intercept.TRAP, world.request("--intercept", "trap", "true").intercept());
        assertEquals(Intercept.AUTO, world.request("--intercept=auto", "true").intercept());
        assertEquals(1, world.request("-v", "true").verbosity());
        assertEquals(3, world.request("-vv", "--verbose", "true").verbosity());
        assertEquals(Optional.of(world.directory.resolve("my.triage")), world.request("--triage", "my.triage", "true").triage());
    }

    @Test
    void reportToStandardErrorNeverTakesTheProgramForItsFile() {
        for (String[] line : new String[][] {{"--report", "true"}, {"--report", "--", "true"}, {"--report=-", "true"}}) {
            JobRequest job = world.request(line);
            assertEquals(List.of("true"), job.command());
            assertTrue(job.measure());
            assertEquals(Optional.empty(), job.report());
        }
    }

    @Test
    void reportToAFile() {
        JobRequest text = world.request("--report=r.txt", "true");
        assertTrue(text.measure() && !text.jsonReport());
        assertEquals(Optional.of(world.directory.resolve("r.txt")), text.report());
        assertTrue(world.request("--report=r.json", "true").jsonReport());
        assertEquals(Optional.of(world.directory.resolve("./-v")), world.request("--report=-v", "true").report());
        assertEquals(Optional.of(Path.of("/dev/null")), world.request("--report=/dev/null", "true").report());
        assertFalse(Files.exists(world.directory.resolve("r.txt")), "the check makes no file");
    }

    @Test
    void reportFileIsNotTruncatedByTheCheck() throws IOException {
        Path report = Files.writeString(world.directory.resolve("r.txt"), "older");
        world.request("--report=r.txt", "true");
        assertEquals("older", Files.readString(report));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "echo -n -c x --help | 1",
        "-- echo -n --report | 2",
        "-v -c 1 -- echo -- -- x | 5",
        "-c 1 echo -- x | 3",
        "--report=- -vn2 echo @argfile -v | 3",
        "--label echo run help triage | 2",
    })
    void wordsFromTheProgramOnAreTheProgram(String line, int index) {
        String[] words = line.split(" ");
        JobRequest job = world.request(words);
        assertEquals(index, job.argIndex());
        assertEquals(List.of(words).subList(index - 1, words.length), job.command());
    }

    @Test
    void theProgramIsNamedAsExecveIsToGetIt() throws IOException {
        assertEquals("/usr/bin/true", world.request("true").program());
        assertEquals("/bin/../bin//true", world.request("/bin/../bin//true").program());
        Files.copy(Path.of("/bin/true"), world.directory.resolve("mine"));
        assertEquals("./mine", world.request("./mine").program());
    }

    @Test
    void emptyAndOddArgumentsPass() {
        List<String> command = List.of("echo", "", " ", "'\"", "a\nb", "--", "", "\ud83d\ude00");
        assertEquals(command, world.request(command.toArray(new String[0])).command());
    }

    @Test
    void everyVariable() {
        world.environment.put("OUTRIGGER_CPUS", "2-3");
        world.environment.put("OUTRIGGER_LINUX_CPUS", "7");
        world.environment.put("OUTRIGGER_NUM_RANKS", "2");
        world.environment.put("OUTRIGGER_LABEL", "1");
        world.environment.put("OUTRIGGER_TRIAGE", "my.triage");
        world.environment.put("OUTRIGGER_INTERCEPT", "trap");
        world.environment.put("OUTRIGGER_REPORT", "r.json");
        world.environment.put("OUTRIGGER_VERBOSE", "2");
        JobRequest job = world.request("true");
        assertArrayEquals(new int[] {2, 3}, job.lwkCores());
        assertArrayEquals(new int[] {7}, job.linuxCores());
        assertEquals(2, job.ranks());
        assertTrue(job.ranksGiven());
        assertTrue(job.label());
        assertEquals(Optional.of(world.directory.resolve("my.triage")), job.triage());
        assertEquals(Intercept.TRAP, job.intercept());
        assertEquals(Optional.of(world.directory.resolve("r.json")), job.report());
        assertEquals(2, job.verbosity());
    }

    @Test
    void theCommandLineWins() {
        everyVariable();
        JobRequest job = world.request("-c4", "-l5", "-n1", "--label=false", "--triage=other.triage", "--intercept=auto",
                "--report", "-v", "true");
        assertArrayEquals(new int[] {4}, job.lwkCores());
        assertArrayEquals(new int[] {5}, job.linuxCores());
        assertEquals(1, job.ranks());
        assertFalse(job.label());
        assertEquals(Optional.of(world.directory.resolve("other.triage")), job.triage());
        assertEquals(Intercept.AUTO, job.intercept());
        assertEquals(Optional.empty(), job.report());
        assertTrue(job.measure());
        assertEquals(1, job.verbosity());
    }

    @Test
    void aWrongVariableIsNoMatterWhereTheOptionIsGiven() {
        world.environment.put("OUTRIGGER_CPUS", "nonsense");
        assertArrayEquals(new int[] {4}, world.request("-c", "4", "true").lwkCores());
    }

    @Test
    void variablesOfRanksAndEmptyVariablesAreNoSettings() {
        world.environment.put("OUTRIGGER_RANKS", "5");
        world.environment.put("OUTRIGGER_RANK", "2");
        world.environment.put("OUTRIGGER_LOCAL_RANK", "2");
        for (Setting setting : Setting.values()) {
            world.environment.put(setting.variable(), "");
        }
        JobRequest job = world.request("true");
        assertEquals(1, job.ranks());
        assertFalse(job.ranksGiven() || job.label() || job.measure());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "true, 1", "yes, 1", "on, 1", "0, 0", "false, 0", "no, 0", "off, 0", "3, 3", "9, 9"})
    void truthOfVerbose(String value, int verbosity) {
        world.environment.put("OUTRIGGER_VERBOSE", value);
        assertEquals(verbosity, world.request("true").verbosity());
    }

    @Test
    void verboseTellsThePlanOnStandardError() {
        Outcome outcome = world.outrigger("run", "-v", "-n9", "true");
        assertEquals("", outcome.out());
        assertTrue(outcome.err().startsWith("outrigger: program      /usr/bin/true\n"), outcome.err());
        assertTrue(outcome.err().contains("outrigger: ranks        9 (more than LWK cores: ranks share cores)\n"), outcome.err());
        assertTrue(outcome.err().contains("outrigger:   rank 8     2\n"), outcome.err());
    }
}
