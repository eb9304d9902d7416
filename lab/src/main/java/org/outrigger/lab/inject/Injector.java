package org.outrigger.lab.inject;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Injects noise into some cores until it is closed, or until this process ends in whatever way. It needs the right to real-time
 * priority.
 */
public final class Injector implements AutoCloseable {
    private static final String READY = "ready ";
    private static final long FAREWELL_S = 5;

    private final Process process;
    private final BufferedReader answers;
    private final long overhead;

    private Injector(Process process, BufferedReader answers, long overhead) {
        this.process = process;
        this.answers = answers;
        this.overhead = overhead;
    }

    /**
     * Starts; returns when the noise is there. Half a second before that goes into measuring what a change of context costs on
     * the first of the cores, which should have nothing else to do.
     *
     * @param program   the file {@code outrigger-inject}
     * @param injection the pattern
     * @param cpus      numbers of the cores, at least one
     * @throws IOException where it cannot be done, with the reason
     */
    public static Injector start(Path program, Injection injection, int[] cpus) throws IOException {
        Process process = new ProcessBuilder(program.toString(),
                Arrays.stream(cpus).mapToObj(Integer::toString).collect(Collectors.joining(",")),
                Long.toString(injection.period()), Long.toString(injection.duration()),
                injection.stagger() ? "stagger" : Long.toString(injection.phase())).start();
        BufferedReader answers = process.inputReader(StandardCharsets.US_ASCII);
        String line = answers.readLine();
        if (line != null && line.startsWith(READY)) {
            return new Injector(process, answers, Long.parseLong(line.substring(READY.length())));
        }
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        process.destroyForcibly();
        throw new IOException(said.replaceFirst("^outrigger-inject: ", "").lines().findFirst().orElse("it ended without a word"));
    }

    /** What of each detour is not the spin but the changes of context around it, in nanoseconds; taken into account. */
    public long overhead() {
        return overhead;
    }

    /** Ends the noise. */
    @Override
    public void close() {
        boolean interrupted = false;
        try {
            process.getOutputStream().close();
            answers.readLine();
            process.waitFor(FAREWELL_S, TimeUnit.SECONDS);
        } catch (IOException gone) {
            // It has ended by itself.
        } catch (InterruptedException hurried) {
            interrupted = true;
        }
        process.destroyForcibly();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
