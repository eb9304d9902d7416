package org.outrigger.systest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.fail;

/**
 * A started command: its output goes to files, so that children that outlive it hold nothing up, and every process of it
 * carries the variable {@value #MARKER} by which it is found again.
 */
final class Job {

    /** The environment variable that marks the processes of a test. */
    static final String MARKER = "OUTRIGGER_TEST_ID";

    /** How long children may go on after the command itself has ended. */
    private static final long GRACE_NS = Duration.ofSeconds(30).toNanos();

    private final Process process;
    private final String marker;
    private final Path stdout;
    private final Path stderr;

    private Job(Process process, String marker, Path stdout, Path stderr) {
        this.process = process;
        this.marker = marker;
        this.stdout = stdout;
        this.stderr = stderr;
    }

    /**
     * Starts a command.
     *
     * @param line        argument vector
     * @param directory   working directory
     * @param environment additions to this process's environment
     * @param stdin       file to read standard input from
     * @param marker      value of {@value #MARKER}
     */
    static Job start(List<String> line, Path directory, Map<String, String> environment, Path stdin, String marker) {
        try {
            Path outputs = Files.createTempDirectory("systest-output-");
            Path stdout = outputs.resolve("stdout");
            Path stderr = outputs.resolve("stderr");
            ProcessBuilder builder = new ProcessBuilder(line).directory(directory.toFile())
                .redirectInput(stdin.toFile()).redirectOutput(stdout.toFile()).redirectError(stderr.toFile());
            Map<String, String> variables = builder.environment();
            variables.put(MARKER, marker);
            variables.put("LC_ALL", "C.UTF-8");
            variables.remove("JAVA_TOOL_OPTIONS");
            variables.putAll(environment);
            return new Job(builder.start(), marker, stdout, stderr);
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", line), e);
        }
    }

    /** Starts a command with no input, no additions to the environment and a marker of its own. */
    static Job start(List<String> line, Path directory) {
        return start(line, directory, Map.of(), Path.of("/dev/null"), UUID.randomUUID().toString());
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** All live processes of the job. */
    List<Long> processes() {
        Set<Long> found = new LinkedHashSet<>(Processes.withVariable(MARKER, marker));
        found.addAll(Processes.descendants(process.pid()));
        return List.copyOf(found);
    }

    /** What it has written to standard output up to now. */
    byte[] output() {
        try {
            return Files.readAllBytes(stdout);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until some output is there or the job has ended; false when the time was up first. */
    boolean awaitOutput(String wanted, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < end) {
            if (new String(output(), StandardCharsets.UTF_8).contains(wanted)) {
                return true;
            }
            if (!process.isAlive()) {
                return new String(output(), StandardCharsets.UTF_8).contains(wanted);
            }
            pause(2);
        }
        return false;
    }

    /** Sends a signal to the command's first process: for the LWK that is the launcher. */
    void signal(String name) {
        signal(process.pid(), name);
    }

    /** Sends a signal by its name ({@code TERM}) to a process that this job started. */
    static void signal(long pid, String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid)).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * Waits for the end, then for children that outlive the command, and collects what was written. When the time is up,
     * prints where each process of the job stands and kills them, each by its id.
     */
    Run await(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        boolean timedOut = false;
        try {
            timedOut = !process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            end = Math.min(end, System.nanoTime() + GRACE_NS);
            while (!timedOut && !leftOver().isEmpty() && System.nanoTime() < end) {
                pause(20);
            }
            if (timedOut) {
                killAll();
                process.waitFor();
            }
            Run run = new Run(output(), Files.readString(stderr, StandardCharsets.ISO_8859_1), process.exitValue(), timedOut);
            Files.delete(stdout);
            Files.delete(stderr);
            Files.delete(stdout.getParent());
            return run;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            killAll();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The live processes that still carry this job's marker. */
    List<Long> leftOver() {
        return Processes.withVariable(MARKER, marker);
    }

    /** Fails when a process of the job is left, having printed where it stands and ended it. */
    void assertNothingLeft(String where) {
        List<Long> left = leftOver();
        if (!left.isEmpty()) {
            String names = left.stream().map(pid -> pid + " " + Processes.commandLine(pid)).toList().toString();
            killAll();
            fail(where + " left processes behind: " + names);
        }
    }

    /** Prints where the processes stand, Java's threads too, and ends them, each by its id. */
    void killAll() {
        List<Long> pids = processes();
        for (long pid : pids) {
            System.err.println(Processes.dump(pid));
        }
        Processes.executing(pids, "java").ifPresent(jvm -> System.err.println(javaThreads(jvm)));
        pids.forEach(pid -> signal(pid, "KILL"));
        process.destroyForcibly();
        processes().forEach(pid -> signal(pid, "KILL"));
    }

    /** The stacks of a JVM by jcmd(1), which works where SIGQUIT is left to the program. */
    private static String javaThreads(long jvm) {
        try {
            Path answer = Files.createTempFile("systest-threads-", "");
            Process jcmd = new ProcessBuilder(System.getProperty("java.home") + "/bin/jcmd", Long.toString(jvm), "Thread.print")
                .redirectErrorStream(true).redirectOutput(answer.toFile()).start();
            if (!jcmd.waitFor(10, TimeUnit.SECONDS)) {
                jcmd.destroyForcibly();
            }
            String text = Files.readString(answer);
            Files.delete(answer);
            return text;
        } catch (IOException e) {
            return "no thread dump of " + jvm + ": " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "no thread dump of " + jvm + ": interrupted";
        }
    }

    static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
