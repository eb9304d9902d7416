package org.outrigger.lab.arms;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A program that was started through {@code outrigger-keep}. Nothing of it is left when it has ended, when this object is
 * closed, or when this process has died.
 */
public final class Kept implements AutoCloseable {
    private static final long PATIENCE_S = 20;

    private final Process process;

    private Kept(Process process) {
        this.process = process;
    }

    /** Starts {@code outrigger-keep} as the builder has it; its standard input must be a pipe. */
    public static Kept start(ProcessBuilder builder) throws IOException {
        return new Kept(builder.start());
    }

    /** The process that keeps the program: its output is the program's, its end the program's with all that came of it. */
    public Process process() {
        return process;
    }

    /** Cuts the lifeline: the program is ended, if it has not ended by itself. Any thread may do so; nobody waits. */
    public void cut() {
        try {
            process.getOutputStream().close();
        } catch (IOException broken) {
            // It has ended.
        }
    }

    /** Ends the program and waits until nothing is left of it. */
    @Override
    public void close() {
        cut();
        boolean interrupted = Thread.interrupted();
        try {
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException hurried) {
            interrupted = true;
            process.destroy();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
