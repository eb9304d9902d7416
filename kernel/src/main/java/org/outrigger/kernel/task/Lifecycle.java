package org.outrigger.kernel.task;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.outrigger.abi.CloneFlags;
import org.outrigger.channel.Geometry;
import org.outrigger.channel.Receiver;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;
import org.outrigger.kernel.memory.AddressSpace;

/**
 * Birth and death of threads and processes.
 *
 * <pre>
 *    clone announced -> EXPECTED -> child reports STARTED -> task
 *                          |  parent reports failure -> forgotten
 *                          \- its process ends before it started -> forgotten
 * </pre>
 *
 * <p>Owned by the kernel loop.
 */
public final class Lifecycle {
    private static final long UNLIMITED = -1;

    /** A child that has been announced. */
    private static final class Expected {
        final Task parent;
        final long flags;
        final AddressSpace space;
        final int core;
        LwkProcess process;

        Expected(Task parent, long flags, AddressSpace space, int core) {
            this.parent = parent;
            this.flags = flags;
            this.space = space;
            this.core = core;
        }
    }

    /** Wants to hear when a process ends. */
    public interface Watch {
        void watch(int pid);
    }

    private final MemorySegment memory;
    private final Geometry geometry;
    private final Receiver receiver;
    private final Reply reply;
    private final TaskTable tasks;
    private final Placement placement;
    private final Watch watch;
    private final LongSupplier clock;
    private final Map<Integer, Expected> expected = new HashMap<>();
    private final Queue<LwkProcess> unwatched = new ArrayDeque<>();

    /** @param clock nanoseconds since the job began */
    public Lifecycle(MemorySegment memory, Geometry geometry, Receiver receiver, Reply reply, TaskTable tasks,
                     Placement placement, Watch watch, LongSupplier clock) {
        this.memory = memory;
        this.geometry = geometry;
        this.receiver = receiver;
        this.reply = reply;
        this.tasks = tasks;
        this.placement = placement;
        this.watch = watch;
        this.clock = clock;
    }

    /** A thread is about to clone: operands are the flags and the child's slot, which the runtime has taken. */
    public void announce(Task parent, Request request) {
        long flags = request.arg(0);
        int slot = (int) request.arg(1);
        if ((flags & CloneFlags.CLONE_NEWPID) != 0 || slot < 0 || slot >= Layout.SLOTS || tasks.task(slot) != null) {
            reply.plain(request.slot()); // in a new PID namespace it would tell numbers that mean nothing here
            return;
        }
        int[] cores = parent.process().cores();
        boolean free = parent.affinity().equals(CoreMask.of(cores));
        int core = free ? placement.choose(cores, parent.affinity()) : parent.core();
        memory.set(ValueLayout.JAVA_INT, geometry.slot(slot) + Layout.CPU, free && cores.length > 1 ? core + 1 : 0);
        AddressSpace space = parent.process().space();
        if ((flags & CloneFlags.CLONE_VM) == 0) {
            space = space.fork();
        }
        Expected former = expected.put(slot, new Expected(parent, flags, space, core));
        if (former != null) {
            born(former);
        }
        receiver.expect(slot);
        reply.done(request.slot(), 0);
    }

    private void born(Expected child) {
        if ((child.flags & CloneFlags.CLONE_VM) == 0) {
            child.parent.process().space().born(child.space);
        }
    }

    private LwkProcess process(Expected child, int pid) {
        if (child.process == null) {
            LwkProcess parent = child.parent.process();
            child.process = new LwkProcess(pid, parent.pid(), parent.cores(), child.space, clock.getAsLong());
            child.process.program(parent.program());
            tasks.add(child.process);
            unwatched.add(child.process);
        }
        return child.process;
    }

    /** Begins to watch a process, if there is a new one: a matter of microseconds that nobody shall wait for. */
    public boolean watchNext() {
        LwkProcess next = unwatched.poll();
        if (next == null) {
            return false;
        }
        if (next.ended() < 0) {
            watch.watch(next.pid());
        }
        return true;
    }

    /** A child reports, and goes on: operands are its process and thread numbers. */
    public void started(Request request) {
        int slot = request.slot();
        reply.done(slot, 0);
        Expected child = expected.remove(slot);
        if (child != null) {
            born(child);
            boolean thread = (child.flags & CloneFlags.CLONE_THREAD) != 0;
            LwkProcess process = thread ? child.parent.process() : process(child, (int) request.arg(0));
            if (process.ended() >= 0) { // killed since, and nobody else will give its slot back
                receiver.release(slot);
                return;
            }
            Task task = new Task(slot, (int) request.arg(1), process, child.parent.affinity().copy(), child.core);
            tasks.add(task, clock.getAsLong());
        }
    }

    /** A parent reports what became of its clone: operands are the child's slot and the result. */
    public void cloned(Task parent, Request request) {
        reply.done(request.slot(), 0);
        Expected child = expected.get((int) request.arg(0));
        if (child != null && child.parent == parent) {
            int pid = (int) request.arg(1);
            if (pid < 0) {
                expected.remove((int) request.arg(0));
                born(child);
            } else if ((child.flags & CloneFlags.CLONE_THREAD) == 0) {
                process(child, pid); // not started yet: should it die before, its slot is not lost
            }
        }
    }

    /** Whether a child has been announced in the process's address space and has not reported yet. */
    public boolean expectsChildOf(LwkProcess process) {
        for (Expected child : expected.values()) {
            if (child.space == process.space()) {
                return true;
            }
        }
        return false;
    }

    /** A new image is armed: operands are process, thread, break, RLIMIT_AS and RLIMIT_DATA. Returns the process. */
    public LwkProcess execed(Request request) {
        int slot = request.slot();
        int pid = (int) request.arg(0);
        Task task = tasks.task(slot);
        LwkProcess process = task != null ? task.process() : tasks.process(pid);
        boolean limited = request.arg(3) != UNLIMITED || request.arg(4) != UNLIMITED;
        if (process != null) {
            process.space(new AddressSpace(request.arg(2), limited));
            tasks.clear(process, task);
            if (task == null || task.tid() != (int) request.arg(1)) { // exec by another thread takes the leader's number
                CoreMask affinity = task == null ? CoreMask.of(process.cores()) : task.affinity();
                int core = task == null ? process.cores()[0] : task.core();
                if (task != null) {
                    tasks.remove(task);
                }
                tasks.add(new Task(slot, (int) request.arg(1), process, affinity, core), clock.getAsLong());
            }
        }
        reply.done(slot, 0);
        return process;
    }

    /** A thread ends and waits for no answer: its slot is free. The task is null where it is not known. */
    public void exited(Task task, Request request) {
        if (task != null) {
            if (request.arg(1) != 0) {
                task.process().space().unmapped(request.arg(0), request.arg(0) + request.arg(1));
            }
            tasks.remove(task);
        }
        receiver.release(request.slot());
    }

    /** A process has ended, or runs on without the LWK. */
    public void ended(int pid) {
        LwkProcess process = tasks.process(pid);
        if (process == null) {
            return;
        }
        expected.entrySet().removeIf(entry -> {
            Expected child = entry.getValue();
            // A forked child whose parent died unheard may live and report yet: its slot stays its own, even if it never will.
            boolean thread = (child.flags & CloneFlags.CLONE_THREAD) != 0;
            boolean unborn = child.process == process || thread && child.parent.process() == process;
            if (unborn) {
                born(child);
                receiver.release(entry.getKey());
            }
            return unborn;
        });
        tasks.end(process, clock.getAsLong());
    }
}
