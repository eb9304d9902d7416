package org.outrigger.kernel.loop;

import org.outrigger.channel.Receiver;
import org.outrigger.host.Futex;

/**
 * A kernel loop: polls channels and answers; spins while there is traffic, then yields, then sleeps. What it answers from belongs
 * to the thread that runs it, so the LWK needs no locks.
 */
public final class KernelLoop {
    private static final int YIELDS = 64;
    /** Requests after which the rest is looked after though there are more. */
    private static final int TEND_EVERY = 256;
    /** Turns after which the time is looked at; a power of two. */
    private static final int CLOCK_EVERY = 512;
    private static final long NAP_NS = 1_000_000_000L;
    private static final long REHEARSAL_NAP_NS = 200_000L;
    private static final long SHORT_NAP_NS = 50_000L;

    private final Receiver receiver;
    private final Futex futex;
    private final Work work;
    private volatile int spins;
    private final Pace pace;
    private long requests;

    /** What the loop does in its turns. */
    public interface Work {
        /** Answers the request in a slot. */
        void serve(int slot);

        /** Looks after what is not a request; true if there was something. */
        boolean tend();

        /** Prepares for what is to come while there is nothing else to do; true if it is to go on after a short sleep. */
        default boolean rehearse() {
            return false;
        }

        /** Whether {@link #rehearse} has not come to its end, though it may wait at the moment. */
        default boolean rehearses() {
            return false;
        }

        /** Whether {@link #tend} must be called often, for something is under way that rings no doorbell. */
        boolean restless();

        boolean finished();
    }

    /** @param spins turns without work before the loop yields its core; 0 where it shares the core with the application */
    public KernelLoop(Receiver receiver, Futex futex, Work work, int spins, Pace pace) {
        this.receiver = receiver;
        this.futex = futex;
        this.work = work;
        this.spins = spins;
        this.pace = pace;
    }

    /** From any thread: turns without work before the loop yields, from now on. */
    public void spins(int turns) {
        spins = turns;
    }

    /** Requests served; may be asked when {@link #run} has returned. */
    public long requests() {
        return requests;
    }

    /** Runs until the work is finished. */
    public void run() {
        int idle = 0;
        int busy = 0;
        int turns = 0;
        while (!work.finished()) {
            if ((++turns & CLOCK_EVERY - 1) == 0) {
                pace.running();
            }
            int slot = receiver.poll();
            if (slot >= 0) {
                work.serve(slot);
                requests++;
                idle = 0;
                if (++busy % TEND_EVERY == 0) {
                    work.tend();
                }
            } else if (work.tend()) {
                idle = 0;
            } else if (work.rehearse()) {
                sleep(REHEARSAL_NAP_NS); // which leaves the core to the JVM's compilers
                idle = 0;
            } else if (++idle <= spins) {
                Thread.onSpinWait();
            } else if (idle <= spins + YIELDS) {
                Thread.yield();
            } else {
                sleep(work.restless() ? SHORT_NAP_NS : work.rehearses() ? REHEARSAL_NAP_NS : NAP_NS);
                idle = work.restless() ? spins : 0;
            }
        }
    }

    private void sleep(long nanoseconds) {
        int bell = receiver.drowse();
        int slot = receiver.poll();
        if (slot < 0 && !work.tend()) {
            futex.await(receiver.doorbell(), bell, nanoseconds);
        }
        receiver.awake();
        pace.slept();
        if (slot >= 0) {
            requests++;
            work.serve(slot);
        }
    }
}
