package org.outrigger.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.batch.Progress;

/**
 * Stands by while something is measured: shows how far it is to whoever watches, and tells what there is when a signal ends
 * it.
 */
final class Watch {
    private static final long FAREWELL_S = 30;
    private static final String CLEAR_LINE = "\r\u001b[K";

    /** What is measured. */
    interface Measurement {
        /** Measures, and renders the figures. */
        String figures(Progress progress) throws ArmFailedException;
    }

    private final Surroundings surroundings;

    Watch(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /**
     * Has something measured and prints its figures.
     *
     * @param stop ends it early; another thread calls it
     * @return 0
     * @throws RefusalException when an arm fails
     */
    int over(Measurement measurement, Runnable stop) throws RefusalException {
        CountDownLatch told = new CountDownLatch(1);
        Thread interruption = Thread.ofPlatform().name("interruption").unstarted(() -> stopAndAwait(stop, told));
        Runtime.getRuntime().addShutdownHook(interruption);
        boolean progress = watched();
        try {
            String figures = measurement.figures((round, rounds, what) -> {
                if (progress) {
                    surroundings.err().print(CLEAR_LINE + (round == 0 ? "warming up" : "round " + round + " of " + rounds)
                            + ": " + what);
                    surroundings.err().flush();
                }
            });
            clear(progress);
            surroundings.out().print(figures);
            surroundings.out().flush();
            return ExitStatus.OK;
        } catch (ArmFailedException failed) {
            clear(progress);
            throw new RefusalException(ExitStatus.BENCHMARK_FAILED, failed.getMessage());
        } finally {
            told.countDown();
            forget(interruption);
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // It is what ends this process.
        }
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

    private void clear(boolean progress) {
        if (progress) {
            surroundings.err().print(CLEAR_LINE);
            surroundings.err().flush();
        }
    }

    /** What a signal sets going: the figures up to then are still told. */
    private static void stopAndAwait(Runnable stop, CountDownLatch told) {
        stop.run();
        try {
            told.await(FAREWELL_S, TimeUnit.SECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
