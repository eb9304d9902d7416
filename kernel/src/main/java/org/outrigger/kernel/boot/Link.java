package org.outrigger.kernel.boot;

import java.util.concurrent.TimeUnit;

/** Tells a seat's {@link Seat.Link} of the job, by a thread of its own, so that the job waits for nobody while it runs. */
final class Link {
    private static final long STACK_BYTES = 512 << 10;

    private final Seat seat;
    private final Thread thread;

    Link(Seat seat, JobControl job) {
        this.seat = seat;
        thread = new Thread(null, () -> say(() -> seat.link().begin(job)), "link", STACK_BYTES);
        thread.setDaemon(true);
    }

    /** The job runs. */
    void begin() {
        thread.start();
    }

    /** The job has ended; who is still being told that it runs is waited for a while. */
    void end() {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(JobControl.PATIENCE_SECONDS));
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        say(seat.link()::end);
    }

    /** A job that runs is not to end since its partition cannot be told. */
    private void say(Runnable what) {
        try {
            what.run();
        } catch (RuntimeException failed) {
            System.err.println("outrigger: partition " + seat.partition() + " cannot be told of the job: " + failed.getMessage());
        }
    }
}
