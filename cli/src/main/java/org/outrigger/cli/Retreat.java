package org.outrigger.cli;

import org.outrigger.kernel.boot.JobControl;
import org.outrigger.kernel.boot.Seat;

/**
 * While one is open, a signal that ends this process has something given back first. Once the job runs signals are its
 * program's, and the process of the LWK may end without anything being taken from it.
 */
final class Retreat {
    private final Thread hook;

    /** Begins now. */
    Retreat(Runnable back) {
        hook = new Thread(back, "retreat");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The process ends already, and what is asked of the node from now on is refused.
        }
    }

    /** There is nothing to be given back, or somebody else does it. */
    void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // It is what ends this process.
        }
    }

    /** A seat that closes this when its job runs, and when it has ended. */
    Seat until(Seat seat) {
        Seat.Link link = seat.link();
        return new Seat(seat.partition(), seat.members(), seat.thpDisabled(), seat.pools(), new Seat.Link() {
            @Override
            public void begin(JobControl job) {
                close();
                link.begin(job);
            }

            @Override
            public void end() {
                link.end();
                close();
            }
        });
    }
}
