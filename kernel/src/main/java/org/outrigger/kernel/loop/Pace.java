package org.outrigger.kernel.loop;

import java.util.function.LongSupplier;
import org.outrigger.host.Scheduling;

/**
 * How a loop shares its core with other threads. It begins like any of them, so that the JVM can start and compile; after a
 * while, when the JVM's compilers have nothing to do, it takes the priority that was asked for, as far as it is permitted. In
 * real time it rests now and then, since Linux runs nobody else on its core meanwhile, and would stall it for longer when it goes
 * on without a break ({@code sched_rt_runtime_us}, sched(7)).
 *
 * <p>Where a compiler has begun to work it gives real time back until that is done. A compiler that is preempted between two
 * steps, the old code of a method barred and the new not yet in its place, has each caller of the method look for its code
 * without end; in real time the caller would never let it take the second step. See {@code docs/decisions/021-a-young-lwk.md}.
 *
 * <p>Owned by the loop's thread; what it came to may be asked when that has ended.
 */
public final class Pace {
    /** What a loop may try to get. */
    public enum Priority { FIFO, NICE, NONE }

    /** The lowest real-time priority is above everybody without one. */
    public static final int FIFO_PRIORITY = 1;
    /** Above every other ordinary thread. */
    public static final int NICE = -20;
    private static final long START_NS = 1_000_000_000L;
    /** Together 7 % for the others, more than the 5 % that Linux would take. */
    private static final long RUN_NS = 10_000_000L;
    private static final long REST_NS = 750_000L;

    /** For so long compilers must have done nothing. */
    private static final long CALM_NS = 50_000_000L;
    /** Less processor time than this is nothing. */
    private static final long STIR_NS = 100_000L;

    private final Scheduling scheduling;
    private final LongSupplier compilers;
    private final Priority wanted;
    /** When the next attempt is made to take the priority. */
    private long due;
    private long compiled;
    private boolean aside;
    private Priority got = Priority.NONE;
    private String refusal;
    private boolean settled;
    private long awakeSince;

    /**
     * @param scheduling of the thread that will run the loop
     * @param compilers  what the JVM's compilers have used of the processors, in nanoseconds
     * @param refusal    why no more is asked for than {@code wanted}; empty where everything is
     */
    public Pace(Scheduling scheduling, LongSupplier compilers, Priority wanted, String refusal) {
        this.scheduling = scheduling;
        this.compilers = compilers;
        this.wanted = wanted;
        this.refusal = wanted == Priority.NONE ? refusal
                : "the loop ran for less than a second, or the JVM's compilers were never done: it took no priority yet";
        awakeSince = System.nanoTime();
        due = awakeSince + START_NS;
        settled = wanted == Priority.NONE;
    }

    /** In the midst of its turns, every now and then. */
    void running() {
        if (settled && got != Priority.FIFO) {
            return;
        }
        long now = System.nanoTime();
        if (!settled || aside) {
            settle(now);
        } else if (now - awakeSince > RUN_NS) {
            scheduling.sleep(REST_NS);
            awakened();
        }
    }

    /** It has slept. */
    void slept() {
        if (!settled || aside) {
            settle(System.nanoTime());
        } else if (got == Priority.FIFO) {
            awakened();
        }
    }

    /** In real time: others could run, and a compiler may stand anywhere. */
    private void awakened() {
        if (stir()) {
            aside = scheduling.ordinary() == 0;
        }
        awakeSince = System.nanoTime();
        due = awakeSince + CALM_NS;
    }

    /** Whether compilers have worked since this was asked last. */
    private boolean stir() {
        long before = compiled;
        compiled = compilers.getAsLong();
        return compiled - before > STIR_NS;
    }

    private void settle(long now) {
        if (now < due) {
            return;
        }
        due = now + CALM_NS;
        if (stir()) {
            return;
        }
        awakeSince = now;
        if (aside) {
            aside = scheduling.fifo(FIFO_PRIORITY) != 0;
            return;
        }
        settled = true;
        refusal = "";
        if (wanted == Priority.FIFO) {
            if (scheduling.fifo(FIFO_PRIORITY) == 0) {
                got = Priority.FIFO;
                return;
            }
            refusal = "SCHED_FIFO is not permitted (CAP_SYS_NICE or RLIMIT_RTPRIO)";
        }
        if (scheduling.nice(NICE) == 0) {
            got = Priority.NICE;
        } else {
            refusal += (refusal.isEmpty() ? "" : ", ") + "nice " + NICE + " is not permitted (CAP_SYS_NICE or RLIMIT_NICE)";
        }
    }

    /** What it has. */
    public Priority got() {
        return got;
    }

    /** Why it has no more; empty where it has what was asked for. */
    public String refusal() {
        return refusal;
    }
}
