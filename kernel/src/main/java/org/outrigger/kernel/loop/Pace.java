package org.outrigger.kernel.loop;

import org.outrigger.host.Scheduling;

/**
 * How a loop shares its core with other threads. It begins like any of them, so that the JVM can start and compile; after a
 * while it takes the priority that was asked for, as far as it is permitted. In real time it rests now and then, since Linux runs
 * nobody else on its core meanwhile, and would stall it for longer when it goes on without a break
 * ({@code sched_rt_runtime_us}, sched(7)). Owned by the loop's thread; what it came to may be asked when that has ended.
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

    private final Scheduling scheduling;
    private final Priority wanted;
    private final long began;
    private Priority got = Priority.NONE;
    private String refusal;
    private boolean settled;
    private long awakeSince;

    /**
     * @param scheduling of the thread that will run the loop
     * @param refusal    why no more is asked for than {@code wanted}; empty where everything is
     */
    public Pace(Scheduling scheduling, Priority wanted, String refusal) {
        this.scheduling = scheduling;
        this.wanted = wanted;
        this.refusal = wanted == Priority.NONE ? refusal : "the loop ran for less than a second, and took no priority yet";
        began = System.nanoTime();
        awakeSince = began;
        settled = wanted == Priority.NONE;
    }

    /** In the midst of its turns, every now and then. */
    void running() {
        if (settled && got != Priority.FIFO) {
            return;
        }
        long now = System.nanoTime();
        if (!settled) {
            settle(now);
        } else if (now - awakeSince > RUN_NS) {
            scheduling.sleep(REST_NS);
            awakeSince = System.nanoTime();
        }
    }

    /** It has slept. */
    void slept() {
        if (!settled || got == Priority.FIFO) {
            awakeSince = System.nanoTime();
            if (!settled) {
                settle(awakeSince);
            }
        }
    }

    private void settle(long now) {
        if (now - began < START_NS) {
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
