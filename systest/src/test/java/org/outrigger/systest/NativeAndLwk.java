package org.outrigger.systest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * One comparison: a command natively, then the same on the LWK, with the same assertions. Both runs get an empty working
 * directory of the same name, the same environment, and, natively too, only the CPUs that the LWK would give the program,
 * so that a program that counts CPUs sees the same.
 */
final class NativeAndLwk {

    private final List<String> program;
    private List<String> options = List.of();
    private List<String> onLwk;
    private Duration limit = Duration.ofSeconds(120);
    private Path stdin = Path.of("/dev/null");
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> lwkEnvironment = new HashMap<>();
    private UnaryOperator<String> normalisation;
    private UnaryOperator<String> errorNormalisation = UnaryOperator.identity();
    private boolean onAllCpus;
    private final String marker = UUID.randomUUID().toString();

    private NativeAndLwk(List<String> program) {
        this.program = program;
    }

    /** A comparison of this command. */
    static NativeAndLwk of(String... program) {
        return new NativeAndLwk(List.of(program));
    }

    /** A comparison of a bash script given as text. */
    static NativeAndLwk bash(String script) {
        return of("bash", "-c", script);
    }

    /** A comparison of a bash script of the test material, with the folder of the material as its first argument. */
    static NativeAndLwk script(String name) {
        Path file = Material.source(name);
        return of("bash", file.toString(), file.getParent().toString());
    }

    /** Options of {@code outrigger run}. */
    NativeAndLwk options(String... given) {
        options = List.of(given);
        return this;
    }

    /** The whole command line of the second run, in place of {@code outrigger run -- program}. */
    NativeAndLwk lwkCommand(List<String> line) {
        onLwk = List.copyOf(line);
        return this;
    }

    /**
     * Runs the script itself natively both times; the variable {@code LWK} is empty the first time and
     * {@code outrigger run [options] --} the second, for the script to put before the commands that it wants there.
     */
    NativeAndLwk byPrefix(String... given) {
        onLwk = program;
        environment.put("LWK", "");
        lwkEnvironment.put("LWK", Outrigger.prefix(given));
        onAllCpus = true;
        return this;
    }

    /** Bounds each of the two runs; the default is 120 seconds. */
    NativeAndLwk limit(long seconds) {
        limit = Duration.ofSeconds(seconds);
        return this;
    }

    NativeAndLwk stdin(Path file) {
        stdin = file;
        return this;
    }

    NativeAndLwk with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** A variable that only the second run has. */
    NativeAndLwk withOnLwk(String variable, String value) {
        lwkEnvironment.put(variable, value);
        return this;
    }

    /** Compares standard output, as text, after this function. */
    NativeAndLwk normalised(UnaryOperator<String> function) {
        normalisation = function;
        return this;
    }

    /** Compares standard error after this function. */
    NativeAndLwk errorsNormalised(UnaryOperator<String> function) {
        errorNormalisation = function;
        return this;
    }

    /** Does not compare standard error: for commands that write times or process ids to it. */
    NativeAndLwk errorsIgnored() {
        errorNormalisation = text -> "";
        return this;
    }

    /** Runs both, asserts that they agree and that nothing is left, and returns the native run. */
    Run compare() {
        Run natively = natively();
        compare(natively);
        return natively;
    }

    /** As {@link #compare()}, and both must end with status 0. */
    Run compareSuccess() {
        Run natively = natively();
        assertEquals(0, natively.status(), () -> "natively: " + describe() + "\n" + natively.summary());
        compare(natively);
        return natively;
    }

    /** The native run alone; must end in time and leave nothing behind. */
    Run natively() {
        List<String> line = new ArrayList<>();
        if (!onAllCpus && Machine.tool("taskset").isPresent()) {
            line.addAll(List.of("taskset", "-c",
                Machine.defaultLwkCpus().stream().map(String::valueOf).collect(Collectors.joining(","))));
        }
        line.addAll(program);
        return once("natively", line, environment);
    }

    /** The run on the LWK alone; must end in time and leave nothing behind. */
    Run onLwk() {
        Map<String, String> variables = new HashMap<>(environment);
        variables.putAll(lwkEnvironment);
        return once("on the LWK", onLwk == null ? Outrigger.run(options, program) : onLwk, variables);
    }

    private void compare(Run natively) {
        Run lwk = onLwk();
        String what = describe() + "\n=== natively: " + natively.summary() + "\n=== on the LWK: " + lwk.summary();
        assertEquals(natively.status(), lwk.status(), () -> "exit status of " + what);
        if (normalisation == null) {
            assertTrue(Arrays.equals(natively.stdout(), lwk.stdout()),
                () -> "standard output: " + firstDifference(natively.text(), lwk.text()) + " of " + what);
        } else {
            assertSameText("standard output", normalisation.apply(natively.text()), normalisation.apply(lwk.text()), what);
        }
        assertSameText("standard error", errorNormalisation.apply(natively.stderr()), errorNormalisation.apply(lwk.stderr()),
            what);
    }

    private static void assertSameText(String name, String natively, String lwk, String what) {
        assertTrue(natively.equals(lwk), () -> name + ": " + firstDifference(natively, lwk) + " of " + what);
    }

    private static String firstDifference(String natively, String lwk) {
        List<String> expected = natively.lines().toList();
        List<String> actual = lwk.lines().toList();
        int line = 0;
        while (line < expected.size() && line < actual.size() && expected.get(line).equals(actual.get(line))) {
            line++;
        }
        return "line " + (line + 1) + " is natively <" + (line < expected.size() ? expected.get(line) : "the end")
            + "> and on the LWK <" + (line < actual.size() ? actual.get(line) : "the end") + ">";
    }

    private Run once(String where, List<String> line, Map<String, String> variables) {
        Leftovers before = Leftovers.now();
        Path directory = freshDirectory();
        Job job = Job.start(line, directory, variables, stdin, marker);
        Run run = job.await(limit);
        Material.delete(directory);
        assertFalse(run.timedOut(), () -> where + " not done after " + limit + ": " + describe() + "\n" + run.summary());
        job.assertNothingLeft(where);
        Set<String> fresh = before.newSince();
        assertTrue(fresh.isEmpty(), () -> where + " left files behind: " + fresh);
        return run;
    }

    /** An empty directory of the same name for both runs, so that a path in the output is no difference. */
    private static Path freshDirectory() {
        Path directory = Path.of(System.getProperty("java.io.tmpdir"), "systest-" + ProcessHandle.current().pid());
        Material.delete(directory);
        try {
            return Files.createDirectory(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String describe() {
        return String.join(" ", program);
    }
}
