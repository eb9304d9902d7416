package org.outrigger.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of {@code steady.c} on the LWK, with the LWK's JVM recorded by Java Flight Recorder.
 *
 * @param begin     when the first of the measured calls was made
 * @param end       when the last of them was answered
 * @param calls     how many were measured
 * @param answered  calls of the mix that the LWK answered, the warm-up's among them
 * @param trapped   of these, how many came through SIGSYS
 * @param recording the recording, in the folder that the run was given
 */
record SteadyRun(Instant begin, Instant end, long calls, long answered, long trapped, Path recording) {

    private static final long LIMIT_MINUTES = 10;
    private static final Set<String> MIX = Set.of("getpid", "gettid", "sched_yield", "mmap", "munmap", "brk");
    /** A row of the report's table of calls: count, name, number, who served it, how it came. */
    private static final Pattern ROW = Pattern.compile("(?m)^ +(\\d+)  (\\w+) +\\d+  LWK +(patched|trapped) ");

    /**
     * Compiles the program and runs it.
     *
     * @param outrigger the command that starts jobs
     * @param warmUp    calls of the mix before the measured ones
     * @param calls     calls of the mix to measure; rounded up to a whole round of the mix
     * @param folder    where program, recording and report go; no blank may be in its name
     * @throws LaunchFailure        if there is no compiler, or the program does not end with 0
     * @throws InterruptedException if this thread is interrupted meanwhile
     */
    static SteadyRun of(String outrigger, long warmUp, long calls, Path folder) throws LaunchFailure, InterruptedException {
        Path recording = folder.resolve("steady.jfr");
        Path report = folder.resolve("report.txt");
        try {
            Path source = copy("steady.c", folder);
            Path settings = copy("steady.jfc", folder);
            Path program = folder.resolve("steady");
            String given = System.getenv("CC");
            run(folder, new ProcessBuilder(given == null ? "cc" : given, "-O2", "-o", program.toString(), source.toString()));
            ProcessBuilder job = new ProcessBuilder(outrigger, "run", "--report=" + report, "--", program.toString(),
                    Long.toString(warmUp), Long.toString(calls));
            String flags = System.getenv("OUTRIGGER_JVM_FLAGS");
            job.environment().put("OUTRIGGER_JVM_FLAGS", (flags == null ? "" : flags + " ")
                    + "-XX:StartFlightRecording:filename=" + recording + ",settings=" + settings
                    // Each flush has the recorder read what it wrote, and allocate megabytes for that.
                    + ",flush-interval=1h");
            String[] words = run(folder, job).strip().split(" ");
            long answered = 0;
            long trapped = 0;
            Matcher row = ROW.matcher(Files.readString(report));
            while (row.find()) {
                if (MIX.contains(row.group(2))) {
                    answered += Long.parseLong(row.group(1));
                    trapped += row.group(3).equals("trapped") ? Long.parseLong(row.group(1)) : 0;
                }
            }
            return new SteadyRun(instant(words[0]), instant(words[1]), Long.parseLong(words[2]), answered, trapped, recording);
        } catch (IOException e) {
            throw new LaunchFailure("the steady program cannot be run: " + e.getMessage(), e);
        }
    }

    private static Path copy(String name, Path folder) throws IOException {
        Path copy = folder.resolve(name);
        try (InputStream in = SteadyRun.class.getResourceAsStream(name)) {
            Files.copy(in, copy);
        }
        return copy;
    }

    private static Instant instant(String nanoseconds) {
        return Instant.EPOCH.plusNanos(Long.parseLong(nanoseconds));
    }

    /** Runs a command that must succeed and returns what it wrote to its standard output. */
    private static String run(Path folder, ProcessBuilder builder) throws IOException, LaunchFailure, InterruptedException {
        String what = String.join(" ", builder.command());
        Path output = folder.resolve("output");
        Process process = builder.redirectInput(Path.of("/dev/null").toFile()).redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new LaunchFailure(what + " did not end within " + LIMIT_MINUTES + " minutes");
        }
        if (process.exitValue() != 0) {
            throw new LaunchFailure(what + " ended with status " + process.exitValue());
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    List<String> facts() {
        long warmUp = Math.max(0, answered - calls);
        return List.of(calls + " calls of getpid, gettid, sched_yield, mmap, munmap and brk in turn, after " + warmUp
                + " not measured", trapped + " of all these trapped, the others through patched sites");
    }

    /** Whether it was the LWK that answered what was measured. */
    boolean servedByTheLwk() {
        return answered >= calls;
    }
}
