package org.outrigger.kernel.boot;

import org.outrigger.abi.Errno;
import org.outrigger.host.Affinity;
import org.outrigger.host.Scheduling;
import org.outrigger.host.Syscalls;
import org.outrigger.kernel.task.CoreMask;
import org.outrigger.kernel.task.Placement;

/**
 * Tells Linux where threads of the job are to run. That they run in real time until they block ({@code SCHED_FIFO}) is right for
 * one on a core of its own; those that share a core take turns ({@code SCHED_RR}), or one that spins would wait for ever for
 * another that never runs. Belongs to the main loop's thread. Source: {@code sched(7)}.
 */
final class LinuxThreads implements Placement.Linux {
    private final Syscalls linux;
    private final Scheduling scheduling;
    private final boolean realTime;
    private int refusals;
    private long lastRefusal;

    /** @param realTime whether threads of the job run in real time */
    LinuxThreads(Syscalls linux, boolean realTime) {
        this.linux = linux;
        this.realTime = realTime;
        scheduling = new Scheduling(linux);
    }

    @Override
    public void bind(int tid, CoreMask cpus) {
        long result = Affinity.bind(linux, tid, cpus.words());
        if (result < 0 && result != -Errno.ESRCH) {
            refusals++;
            lastRefusal = result;
        }
    }

    @Override
    public void shares(int tid) {
        if (realTime) {
            scheduling.takeTurns(tid);
        }
    }

    /** How many threads Linux has left where they were since this was last asked; then {@link #lastRefusal} is why. */
    int takeRefusals() {
        int count = refusals;
        refusals = 0;
        return count;
    }

    /** A negative errno. */
    long lastRefusal() {
        return lastRefusal;
    }
}
