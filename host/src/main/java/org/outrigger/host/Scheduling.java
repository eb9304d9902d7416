package org.outrigger.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.outrigger.abi.Nr;

/**
 * Policy and priority of the calling thread, and of others. Source: {@code sched(7)}, {@code sched_setscheduler(2)}. Belongs to
 * one thread.
 */
public final class Scheduling {
    private static final int SCHED_OTHER = 0;
    private static final int SCHED_FIFO = 1;
    private static final int SCHED_RR = 2;
    /** Threads that it makes are ordinary ones again. */
    private static final int SCHED_RESET_ON_FORK = 0x40000000;
    private static final int PRIO_PROCESS = 0;
    private static final long SECOND = 1_000_000_000L;

    private final Syscalls linux;
    private final MemorySegment words = Arena.global().allocate(16, 8);

    public Scheduling(Syscalls linux) {
        this.linux = linux;
    }

    private long policy(int policy, int priority) {
        words.set(ValueLayout.JAVA_INT, 0, priority);
        return linux.blind(Nr.SCHED_SETSCHEDULER, 0, policy | SCHED_RESET_ON_FORK, words.address(), 0);
    }

    /** Real time, first in first out; priority 1 to 99. Returns 0, or -1 where it is not permitted. */
    public long fifo(int priority) {
        return policy(SCHED_FIFO, priority);
    }

    /** Has a thread that runs in real time until it blocks take turns with its like; others stay as they are. */
    public void takeTurns(int tid) {
        if (linux.blind(Nr.SCHED_GETSCHEDULER, tid, 0, 0, 0) == SCHED_FIFO
                && linux.blind(Nr.SCHED_GETPARAM, tid, words.address(), 0, 0) == 0) {
            linux.blind(Nr.SCHED_SETSCHEDULER, tid, SCHED_RR, words.address(), 0);
        }
    }

    /** Has a thread that runs in real time be an ordinary one; others, and those that it may not change, stay as they are. */
    public void ordinary(int tid) {
        long policy = linux.blind(Nr.SCHED_GETSCHEDULER, tid, 0, 0, 0) & ~SCHED_RESET_ON_FORK;
        if (policy == SCHED_FIFO || policy == SCHED_RR) {
            words.set(ValueLayout.JAVA_INT, 0, 0);
            linux.blind(Nr.SCHED_SETSCHEDULER, tid, SCHED_OTHER, words.address(), 0);
        }
    }

    /** An ordinary thread again, with the nice value that it had. Returns 0, or -1. */
    public long ordinary() {
        return policy(SCHED_OTHER, 0);
    }

    /** An ordinary thread with this nice value, -20 to 19. Returns 0, or -1 where it is not permitted. */
    public long nice(int value) {
        long result = linux.blind(Nr.SETPRIORITY, PRIO_PROCESS, 0, value, 0);
        return result < 0 ? result : policy(SCHED_OTHER, 0);
    }

    /** Sleeps; signals do not lengthen it. */
    public void sleep(long nanoseconds) {
        words.set(ValueLayout.JAVA_LONG, 0, nanoseconds / SECOND);
        words.set(ValueLayout.JAVA_LONG, 8, nanoseconds % SECOND);
        linux.blind(Nr.NANOSLEEP, words.address(), 0, 0, 0);
    }
}
