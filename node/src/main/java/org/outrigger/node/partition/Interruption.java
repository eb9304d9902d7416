package org.outrigger.node.partition;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * While one is open, a signal that ends the process (Ctrl-C, SIGTERM) does not end it in the midst of a change: the command
 * sees at its next step that it was asked to end, takes back what it did, and then the process ends. SIGKILL cannot be put
 * off; the next command mends what it leaves.
 */
final class Interruption implements AutoCloseable {
    /** How long the process is kept at most: taking back takes well below a second unless memory is slow to be had. */
    private static final int PATIENCE_S = 60;

    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook = new Thread(this::delay, "partition-interruption");
    private volatile boolean asked;

    /** Begins now. */
    Interruption() throws PartitionException {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException ending) {
            throw new PartitionException("interrupted", ending);
        }
    }

    private void delay() {
        ask();
        try {
            over.await(PATIENCE_S, TimeUnit.SECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    /** As the signal does. */
    void ask() {
        asked = true;
    }

    /** Fails when the process was asked to end. */
    void check() throws PartitionException {
        if (asked) {
            throw new PartitionException("interrupted");
        }
    }

    @Override
    public void close() {
        over.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The process ends, as it was asked to.
        }
    }
}
