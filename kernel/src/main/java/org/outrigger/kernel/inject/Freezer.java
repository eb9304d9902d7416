package org.outrigger.kernel.inject;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Ptrace;
import org.outrigger.host.ProcFile;
import org.outrigger.host.Tracer;

/**
 * Holds all threads of a process but one, which waits for the LWK: each is seized, interrupted and, in the end, let go. A thread
 * that is in a system call leaves it as for a signal, and Linux restarts the call. If the LWK dies, Linux lets them go.
 *
 * <pre>
 *    begin -> list the threads, seize the new ones -> each reports its stop -> list once more: nobody new -> all stand still
 *          \-> one cannot be seized, or does not stop in time: let all go, fail
 * </pre>
 *
 * <p>Owned by the main loop, like the {@link Injector}, through which it hears of stops.
 */
public final class Freezer {
    /** A thread that Linux holds in an uninterruptible wait is waited for so long. */
    private static final long PATIENCE_NS = 5_000_000_000L;
    private static final int DECIMAL = 10;

    /** Takes the outcome. */
    public interface Outcome {
        /** @param still whether all stand still; else nobody does */
        void frozen(boolean still);
    }

    /** What the freezer leaves to whoever else traces threads. */
    interface Others {
        /** Whether the thread is seized for its exec. */
        boolean seized(int tid);

        /** The thread is to be traced no longer. */
        void letGo(int tid, int signal);
    }

    private static final class Held {
        boolean stopped;
        int signal;
    }

    private static final class Hold {
        final int pid;
        final int asker;
        final Outcome outcome;
        final long deadline = System.nanoTime() + PATIENCE_NS;
        final Map<Integer, Held> threads = new HashMap<>();
        boolean complete;

        Hold(int pid, int asker, Outcome outcome) {
            this.pid = pid;
            this.asker = asker;
            this.outcome = outcome;
        }
    }

    private final Tracer tracer;
    private final ProcFile files;
    private final Others others;
    private final List<Hold> holds = new ArrayList<>(2);

    Freezer(Tracer tracer, ProcFile files, Others others) {
        this.tracer = tracer;
        this.files = files;
        this.others = others;
    }

    /** Stops all threads of a process but the one that asks. */
    public void begin(int pid, int asker, Outcome outcome) {
        Hold hold = new Hold(pid, asker, outcome);
        holds.add(hold);
        look(hold);
    }

    /** Lets the threads run again that were stopped for a thread; nothing where there are none. */
    public void end(int asker) {
        for (int i = holds.size() - 1; i >= 0; i--) {
            if (holds.get(i).asker == asker) {
                release(holds.remove(i));
            }
        }
    }

    /** Whether somebody is held. */
    public boolean busy() {
        return !holds.isEmpty();
    }

    /** Looks after threads that have not stopped yet. */
    public void tend() {
        for (int i = holds.size() - 1; i >= 0; i--) {
            if (i < holds.size() && !holds.get(i).complete) {
                look(holds.get(i));
            }
        }
    }

    /** Whether a thread is held; then it is traced. */
    boolean holds(int tid) {
        return of(tid) != null;
    }

    private Hold of(int tid) {
        for (Hold hold : holds) {
            if (hold.threads.containsKey(tid)) {
                return hold;
            }
        }
        return null;
    }

    /** A traced thread has stopped; false where it is not held. */
    boolean stopped(int tid, int signal, int event) {
        Hold hold = of(tid);
        if (hold == null) {
            return false;
        }
        Held thread = hold.threads.get(tid);
        thread.stopped = true;
        thread.signal = event == 0 ? signal : 0;
        if (!hold.complete) {
            look(hold);
        }
        return true;
    }

    /** A traced thread has ended. */
    void ended(int tid) {
        Hold hold = of(tid);
        if (hold != null) {
            hold.threads.remove(tid);
        }
    }

    private void look(Hold hold) {
        String[] names = new java.io.File("/proc/" + hold.pid + "/task").list();
        boolean all = names != null;
        if (names == null || System.nanoTime() - hold.deadline > 0) {
            fail(hold);
            return;
        }
        for (String name : names) {
            int tid = Integer.parseInt(name, DECIMAL);
            Held known = hold.threads.get(tid);
            if (tid == hold.asker || known != null && known.stopped) {
                continue;
            }
            if (known != null) {
                all = false;
            } else if (!seize(hold, tid)) {
                return;
            } else {
                all &= gone(hold.pid, tid);
            }
        }
        if (all) {
            hold.complete = true;
            hold.outcome.frozen(true);
        }
    }

    /** False where the hold has failed. */
    private boolean seize(Hold hold, int tid) {
        if (others.seized(tid)) {
            fail(hold);
            return false;
        }
        long result = tracer.seize(tid, 0);
        if (result == 0) {
            hold.threads.put(tid, new Held());
            tracer.interrupt(tid);
        } else if (result == -Errno.EPERM && !gone(hold.pid, tid) && traced(hold.pid, tid)) {
            fail(hold);
            return false;
        }
        return true;
    }

    /** Whether a thread has left its address space for good. */
    private boolean gone(int pid, int tid) {
        String stat = files.text("/proc/" + pid + "/task/" + tid + "/stat");
        int name = stat.lastIndexOf(") ");
        return name < 0 || stat.startsWith("Z", name + 2) || stat.startsWith("X", name + 2);
    }

    private boolean traced(int pid, int tid) {
        String status = files.text("/proc/" + pid + "/task/" + tid + "/status");
        return !status.isEmpty() && !status.contains("\nTracerPid:\t0\n");
    }

    private void fail(Hold hold) {
        holds.remove(hold);
        release(hold);
        hold.outcome.frozen(false);
    }

    private void release(Hold hold) {
        hold.threads.forEach((tid, thread) -> {
            if (others.seized(tid)) { // it wants to exec: now it is traced for that
                tracer.options(tid, Ptrace.O_TRACEEXEC);
                tracer.resume(tid, thread.signal);
            } else if (thread.stopped) {
                others.letGo(tid, thread.signal);
            } else {
                others.letGo(tid, 0);
            }
        });
    }
}
