package org.outrigger.bench;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * One command that is started again and again. Its standard input is empty, its standard output is dropped, its standard
 * error is the benchmark's own, so that a failure explains itself.
 *
 * @param command program and arguments
 */
record Launch(List<String> command) {

    /** The first launch may build the product; nothing that works takes longer than that. */
    private static final long LIMIT_MINUTES = 10;

    /** How often the memory is looked at: often beside the second that the program runs, seldom beside what a look costs. */
    private static final long SAMPLE_MILLISECONDS = 10;

    Launch {
        command = List.copyOf(command);
    }

    /**
     * Runs the command once.
     *
     * @return nanoseconds from before its start until its end was seen
     * @throws LaunchFailure        if it cannot be started or does not exit with 0
     * @throws InterruptedException if this thread is interrupted meanwhile
     */
    long time() throws LaunchFailure, InterruptedException {
        long start = System.nanoTime();
        Process process = start();
        boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
        long nanoseconds = System.nanoTime() - start;
        requireSuccess(process, ended);
        return nanoseconds;
    }

    /**
     * Runs the command once and watches the Java virtual machines that it starts.
     *
     * @return peak resident memory in bytes of the largest of them, as last seen; empty if none was seen
     * @throws LaunchFailure        if it cannot be started or does not exit with 0
     * @throws InterruptedException if this thread is interrupted meanwhile
     */
    OptionalLong peakOfJvm() throws LaunchFailure, InterruptedException {
        Process process = start();
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(LIMIT_MINUTES);
        long peak = 0;
        boolean ended = false;
        while (!ended && System.nanoTime() < deadline) {
            long seen = process.descendants()
                    .filter(descendant -> ProcessMemory.isJvm(descendant.pid()))
                    .mapToLong(descendant -> ProcessMemory.peakBytes(descendant.pid()).orElse(0))
                    .max().orElse(0);
            peak = Math.max(peak, seen);
            ended = process.waitFor(SAMPLE_MILLISECONDS, TimeUnit.MILLISECONDS);
        }
        requireSuccess(process, ended);
        return peak == 0 ? OptionalLong.empty() : OptionalLong.of(peak);
    }

    private Process start() throws LaunchFailure {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw new LaunchFailure(this + " cannot be started: " + e.getMessage(), e);
        }
    }

    private void requireSuccess(Process process, boolean ended) throws LaunchFailure {
        if (!ended) {
            process.destroyForcibly();
            throw new LaunchFailure(this + " did not end within " + LIMIT_MINUTES + " minutes");
        }
        if (process.exitValue() != 0) {
            throw new LaunchFailure(this + " ended with status " + process.exitValue());
        }
    }

    @Override
    public String toString() {
        return String.join(" ", command);
    }
}
