package org.outrigger.kernel.task;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
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
 * <p>Owned by the main loop. A slot is the main loop's until its thread has reported, and again from the report of its end on;
 * before a process ends or begins a new image, the slots of its threads are recalled.
 */
public final class Lifecycle {
    private static final long UNLIMITED = -1;

    /** A child that has been announced. */
    private static final class Expected {
        final Task parent;
        final long flags;
        final AddressSpace from;
        final AddressSpace space;
        final int core;
        final int version;
        LwkProcess process;

        Expected(Task parent, long flags, AddressSpace space, int core) {
            this.parent = parent;
            this.flags = flags;
            this.from = parent.process().space();
            this.space = space;
            this.core = core;
            this.version = parent.process().rank().version();
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
    private final Loops loops;
    private final LongSupplier clock;
    private final Map<Integer, Expected> expected = new HashMap<>();
    private final Queue<LwkProcess> unwatched = new ArrayDeque<>();

    /** @param clock nanoseconds since the job began */
    public Lifecycle(MemorySegment memory, Geometry geometry, Receiver receiver, Reply reply, TaskTable tasks,
                     Placement placement, Watch watch, Loops loops, LongSupplier clock) {
        this.memory = memory;
        this.geometry = geometry;
        this.receiver = receiver;
        this.reply = reply;
        this.tasks = tasks;
        this.placement = placement;
        this.watch = watch;
        this.loops = loops;
        this.clock = clock;
    }

    /**
     * A thread is about to clone: operands are the flags and the child's slot, which the runtime has taken.
     *
     * @param space the child's: the parent's own, or the copy that {@link AddressSpace#fork} has made for it
     */
    public void announce(Task parent, Request request, AddressSpace space) {
        long flags = request.arg(0);
        int slot = (int) request.arg(1);
        if ((flags & CloneFlags.CLONE_NEWPID) != 0 || slot < 0 || slot >= Layout.SLOTS || tasks.task(slot) != null) {
            unborn(new Expected(parent, flags, space, 0));
            reply.plain(request.slot()); // in a new PID namespace it would tell numbers that mean nothing here
            return;
        }
        int[] cores = parent.process().cores();
        boolean free = parent.affinity().equals(parent.process().rank().mask());
        int core = free ? placement.choose(cores, parent.affinity()) : parent.core();
        memory.set(ValueLayout.JAVA_INT, geometry.slot(slot) + Layout.CPU, free && cores.length > 1 ? core + 1 : 0);
        if (space != parent.process().space()) {
            space.loop(loops.choose());
        }
        Expected former = expected.put(slot, new Expected(parent, flags, space, core));
        if (former != null) {
            unborn(former);
        }
        receiver.expect(slot);
        reply.done(request.slot(), 0);
    }

    /** From now on the child's space is entered in the parent's no more; that is for the parent's loop to do. */
    private void born(Expected child, Runnable then) {
        if (child.space == child.from) {
            then.run();
        } else {
            loops.at(child.from.loop(), () -> child.from.born(child.space), then);
        }
    }

    private void unborn(Expected child) {
        born(child, () -> {
            if (child.process == null && child.space != child.from) {
                child.space.commitment().release();
            }
        });
    }

    private LwkProcess process(Expected child, int pid) {
        if (child.process == null) {
            LwkProcess parent = child.parent.process();
            child.process = new LwkProcess(pid, parent.pid(), parent.rank(), child.space, clock.getAsLong());
            child.process.program(parent.program());
            if ((child.flags & CloneFlags.CLONE_VM) == 0) {
                child.space.owner(pid);
            }
            tasks.add(child.process);
            child.space.users(1);
            loops.load(child.space.loop(), 1);
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
        int pid = (int) request.arg(0);
        int tid = (int) request.arg(1);
        Expected child = expected.remove(slot);
        if (child == null) {
            reply.done(slot, 0);
        } else {
            born(child, () -> started(child, slot, pid, tid));
        }
    }

    private void started(Expected child, int slot, int pid, int tid) {
        boolean thread = (child.flags & CloneFlags.CLONE_THREAD) != 0;
        LwkProcess process = thread ? child.parent.process() : process(child, pid);
        if (process.ended() >= 0) { // killed since, and nobody else will give its slot back
            reply.done(slot, 0);
            receiver.release(slot);
            return;
        }
        if (child.space != child.from) {
            child.space.inheritIslands(child.from);
        }
        Task task = new Task(slot, tid, process, child.parent.affinity().copy(), child.core);
        task.wanted(child.parent.wanted());
        boolean moved = child.version != process.rank().version(); // the core was chosen among others
        if (moved) {
            task.follow();
            task.core(placement.choose(process.cores(), task.affinity()));
        }
        tasks.add(task, clock.getAsLong());
        if (moved) {
            placement.bind(task);
        }
        reply.done(slot, 0);
    }

    /** A parent reports what became of its clone: operands are the child's slot and the result. */
    public void cloned(Task parent, Request request) {
        reply.done(request.slot(), 0);
        Expected child = expected.get((int) request.arg(0));
        if (child != null && child.parent == parent) {
            int pid = (int) request.arg(1);
            if (pid < 0) {
                expected.remove((int) request.arg(0));
                unborn(child);
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

    /** Makes the slots of all threads of a process the main loop's, then goes on. */
    private void recall(LwkProcess process, Runnable then) {
        process.recalled(true);
        Task[] away = process.tasks().stream().filter(task -> !receiver.owns(task.slot())).toArray(Task[]::new);
        for (Task task : process.tasks()) {
            receiver.home(task.slot(), 0);
        }
        if (away.length == 0) {
            then.run();
        } else {
            loops.recall(process.space().loop(), away, () -> recall(process, then));
        }
    }

    /**
     * A new image is armed: operands are process, thread, break, RLIMIT_AS and RLIMIT_DATA.
     *
     * @param request to keep
     * @param program hears of the process before its thread goes on
     */
    public void execed(Request request, Consumer<LwkProcess> program) {
        Task task = tasks.task(request.slot());
        LwkProcess process = task != null ? task.process() : tasks.process((int) request.arg(0));
        if (process == null) {
            reply.done(request.slot(), 0);
        } else {
            recall(process, () -> {
                if (process.ended() < 0) {
                    renew(process, tasks.task(request.slot()), request);
                    program.accept(process);
                    reply.done(request.slot(), 0);
                }
            });
        }
    }

    private void renew(LwkProcess process, Task task, Request request) {
        int slot = request.slot();
        boolean limited = request.arg(3) != UNLIMITED || request.arg(4) != UNLIMITED;
        loops.load(process.space().loop(), -1);
        leave(process);
        long launchBytes = process.space().launchBytes();
        process.space(new AddressSpace(request.arg(2), limited, process.space().commitment().account()));
        process.space().users(1);
        process.space().launchBytes(launchBytes);
        process.space().loop(loops.choose());
        process.space().owner(process.pid());
        loops.load(process.space().loop(), 1);
        process.recalled(false);
        tasks.clear(process, task);
        receiver.home(slot, process.loop());
        if (task == null || task.tid() != (int) request.arg(1)) { // exec by another thread takes the leader's number
            CoreMask affinity = task == null ? process.rank().mask().copy() : task.affinity();
            int core = task == null ? process.cores()[0] : task.core();
            if (task != null) {
                tasks.remove(task);
            }
            Task leader = new Task(slot, (int) request.arg(1), process, affinity, core);
            leader.wanted(task == null ? null : task.wanted());
            tasks.add(leader, clock.getAsLong());
        }
    }

    /** Its memory is no longer that of its address space, in which others may still run: their loop hears of it. */
    private void leave(LwkProcess process) {
        AddressSpace space = process.space();
        int pid = process.pid();
        space.users(-1);
        loops.at(space.loop(), () -> space.left(pid), () -> { });
    }

    /** A thread ends and waits for no answer: its slot is free. */
    public void exited(Task task) {
        tasks.remove(task);
        receiver.release(task.slot());
    }

    /** A process has ended, or runs on without the LWK. */
    public void ended(int pid) {
        LwkProcess process = tasks.process(pid);
        if (process != null) {
            recall(process, () -> {
                if (process.ended() < 0) {
                    end(process);
                }
            });
        }
    }

    private void end(LwkProcess process) {
        expected.entrySet().removeIf(entry -> {
            Expected child = entry.getValue();
            // A forked child whose parent died unheard may live and report yet: its slot stays its own, even if it never will.
            boolean thread = (child.flags & CloneFlags.CLONE_THREAD) != 0;
            boolean unborn = child.process == process || thread && child.parent.process() == process;
            if (unborn) {
                unborn(child);
                receiver.release(entry.getKey());
            }
            return unborn;
        });
        loops.load(process.space().loop(), -1);
        leave(process);
        tasks.end(process, clock.getAsLong());
    }
}
