package org.outrigger.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A long measurement as the user sees it: how far it is, where somebody watches, and an orderly end when a signal ends this
 * process: the measurement is stopped, and what it has is still told.
 */
final class Vigil implements AutoCloseable {
    private static final long FAREWELL_S = 30;
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final Surroundings surroundings;
    private final Runnable stop;
    private final boolean watched;
    private final CountDownLatch told = new CountDownLatch(1);
    private final Thread interruption = Thread.ofPlatform().name("interruption").unstarted(this::stopAndAwait);

    /** Begins; {@code stop} makes the measurement return early and is called by another thread. */
    Vigil(Surroundings surroundings, Runnable stop) {
        this.surroundings = surroundings;
        this.stop = stop;
        this.watched = watched();
        Runtime.getRuntime().addShutdownHook(interruption);
    }

    /** Whether standard error is a terminal, where somebody may watch. */
    private boolean watched() {
        try {
            String file = Files.readSymbolicLink(surroundings.procStatus().resolveSibling("fd/2")).toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty");
        } catch (IOException closed) {
            return false;
        }
    }

    /** Shows one line in place of the last one. */
    void progress(String line) {
        if (watched) {
            surroundings.err().print(CLEAR_LINE + line);
            surroundings.err().flush();
        }
    }

    /** Takes the line away. */
    void clear() {
        progress("");
    }

    private void stopAndAwait() {
        stop.run();
        try {
            told.await(FAREWELL_S, TimeUnit.SECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    /** Everything has been told. */
    @Override
    public void close() {
        told.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(interruption);
        } catch (IllegalStateException ending) {
            // It is what ends this process.
        }
    }
}
