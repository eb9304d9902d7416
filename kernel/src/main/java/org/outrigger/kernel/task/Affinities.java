package org.outrigger.kernel.task;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Nr;
import org.outrigger.channel.Geometry;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;

/**
 * {@code sched_getaffinity}, {@code sched_setaffinity} and {@code sched_yield}: a program sees the LWK cores of its rank and is
 * confined to them. The mask travels in the slot. Threads of other jobs are Linux's.
 */
public final class Affinities {
    private final MemorySegment memory;
    private final Geometry geometry;
    private final Reply reply;
    private final TaskTable tasks;
    private final Placement placement;
    private final CoreMask asked = new CoreMask();
    private final Pending.Step bound = this::bound;

    public Affinities(MemorySegment memory, Geometry geometry, Reply reply, TaskTable tasks, Placement placement) {
        this.memory = memory;
        this.geometry = geometry;
        this.reply = reply;
        this.tasks = tasks;
        this.placement = placement;
    }

    private Task target(Task task, Request request) {
        int tid = (int) request.arg(0);
        return tid == 0 ? task : tasks.byTid(tid);
    }

    private long maskAt(int slot, int word) {
        return geometry.slot(slot) + Layout.MASK + word * 8L;
    }

    /** The runtime has asked Linux already, which judged the arguments; the mask replaces Linux's answer. */
    public void get(Task task, Request request) {
        Task target = target(task, request);
        if (target == null) {
            reply.here(request.slot());
            return;
        }
        for (int i = 0; i < CoreMask.WORDS; i++) {
            memory.set(ValueLayout.JAVA_LONG, maskAt(request.slot(), i), target.affinity().word(i));
        }
        reply.done(request.slot(), 0);
    }

    /** Confines the thread to what is left of the mask when the cores of others are taken out; EINVAL where nothing is. */
    public void set(Task task, Request request) {
        int slot = request.slot();
        Task target = target(task, request);
        if (target == null) {
            reply.here(slot);
            return;
        }
        for (int i = 0; i < CoreMask.WORDS; i++) {
            asked.word(i, memory.get(ValueLayout.JAVA_LONG, maskAt(slot, i)));
        }
        CoreMask wanted = asked.copy();
        asked.retain(target.process().rank().mask());
        if (asked.isEmpty()) {
            reply.done(slot, -Errno.EINVAL);
            return;
        }
        for (int i = 0; i < CoreMask.WORDS; i++) {
            memory.set(ValueLayout.JAVA_LONG, maskAt(slot, i), asked.word(i));
        }
        Pending pending = task.pending();
        pending.subject = wanted;
        pending.first = target.tid();
        pending.second = target.process().rank().version();
        pending.then(bound);
        reply.make(slot, Nr.SCHED_SETAFFINITY, request.arg(0), CoreMask.WORDS * 8L, Layout.RT_SHM + maskAt(slot, 0), 0, 0, 0);
    }

    private void bound(int slot, Pending pending, long result) {
        Task target = tasks.byTid((int) pending.first);
        if (result >= 0 && target != null) {
            target.wanted((CoreMask) pending.subject);
            target.follow();
            int core = placement.choose(target.process().cores(), target.affinity());
            if (!target.affinity().contains(target.core()) && core >= 0) {
                tasks.move(target, core);
            }
            if (pending.second != target.process().rank().version()) {
                placement.bind(target); // what the thread was told to ask for is not its rank's any more
            }
        }
        reply.done(slot, Math.min(result, 0));
    }

    /**
     * With one thread on the core there is nobody to yield to. Once threads share a core, the call is Linux's for all of the job:
     * who yields there waits for another thread, and should not wait for the LWK first.
     */
    public void relinquish(Task task) {
        if (placement.load(task.core()) <= 1) {
            reply.done(task.slot(), 0);
        } else {
            memory.set(ValueLayout.JAVA_BYTE, Layout.DISPOSITION + Nr.SCHED_YIELD, (byte) Layout.DISP_HERE);
            reply.here(task.slot());
        }
    }
}
