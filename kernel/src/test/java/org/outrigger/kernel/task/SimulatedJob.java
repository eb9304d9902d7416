package org.outrigger.kernel.task;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.outrigger.channel.Geometry;
import org.outrigger.channel.Receiver;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;
import org.outrigger.kernel.memory.AddressSpace;

/** The task parts behind channels in this process's own memory; the test speaks for the threads. */
final class SimulatedJob {
    static final int[] CORES = {2, 3, 5};

    private final MemorySegment memory = Arena.ofAuto().allocate(Layout.STATS, 4096);
    private final Geometry geometry = new Geometry((int) Layout.SLOTS, Layout.SLOT_BASE, Layout.SLOT_SIZE, Layout.PENDING,
            Layout.TAKEN, Layout.SLEEPING, Layout.DOORBELL, Layout.REQ_SEQ, Layout.REP_SEQ, Layout.POLLED, Layout.WAITING);
    final Receiver receiver = new Receiver(memory, geometry, address -> { });
    final Placement placement = new Placement();
    final TaskTable tasks = new TaskTable(receiver, placement);
    final List<Integer> watched = new ArrayList<>();
    private final Reply reply = new Reply(memory, geometry, receiver);
    private final Request request = new Request(memory, geometry);
    final Lifecycle lifecycle = new Lifecycle(memory, geometry, receiver, reply, tasks, placement, watched::add, () -> 7);
    final Affinities affinities = new Affinities(memory, geometry, reply, tasks, placement);

    /** A rank that its launcher has started. */
    Task rank(int pid) {
        LwkProcess process = new LwkProcess(pid, 1, CORES, new AddressSpace(0, true), 0);
        tasks.add(process);
        Task task = new Task(receiver.take(), pid, process, CoreMask.of(CORES), CORES[0]);
        tasks.add(task, 0);
        return task;
    }

    /** The request as a thread has put it into its slot. */
    Request request(int slot, long... arg) {
        for (int i = 0; i < arg.length; i++) {
            memory.set(ValueLayout.JAVA_LONG, geometry.slot(slot) + Layout.ARG + i * 8L, arg[i]);
        }
        request.load(slot);
        return request;
    }

    /** A thread is about to clone; returns the child's slot. */
    int announce(Task parent, long flags) {
        int slot = receiver.take();
        lifecycle.announce(parent, request(parent.slot(), flags, slot));
        assertEquals(Layout.RE_DONE, kind(parent.slot()));
        return slot;
    }

    Task started(int slot, int pid, int tid) {
        lifecycle.started(request(slot, pid, tid));
        watchAll();
        return tasks.task(slot);
    }

    void cloned(Task parent, int slot, int result) {
        lifecycle.cloned(parent, request(parent.slot(), slot, result));
        watchAll();
    }

    private void watchAll() {
        while (lifecycle.watchNext()) {
            continue;
        }
    }

    /** A thread ends, and its slot is free. */
    void exit(Task task) {
        lifecycle.exited(task, request(task.slot(), 0, 0));
    }

    void free(int slot) {
        long at = Layout.TAKEN + slot / Long.SIZE * 8L;
        memory.set(ValueLayout.JAVA_LONG, at, memory.get(ValueLayout.JAVA_LONG, at) & ~(1L << slot % Long.SIZE));
    }

    int kind(int slot) {
        return memory.get(ValueLayout.JAVA_INT, geometry.slot(slot) + Layout.KIND);
    }

    long value(int slot) {
        return memory.get(ValueLayout.JAVA_LONG, geometry.slot(slot) + Layout.VALUE);
    }

    int cpu(int slot) {
        return memory.get(ValueLayout.JAVA_INT, geometry.slot(slot) + Layout.CPU);
    }

    long mask(int slot, int word) {
        return memory.get(ValueLayout.JAVA_LONG, geometry.slot(slot) + Layout.MASK + word * 8L);
    }

    void mask(int slot, CoreMask mask) {
        for (int i = 0; i < CoreMask.WORDS; i++) {
            memory.set(ValueLayout.JAVA_LONG, geometry.slot(slot) + Layout.MASK + i * 8L, mask.word(i));
        }
    }

    boolean taken(int slot) {
        return (memory.get(ValueLayout.JAVA_LONG, Layout.TAKEN + slot / Long.SIZE * 8L) >>> slot % Long.SIZE & 1) != 0;
    }

    int slotsTaken() {
        int taken = 0;
        for (int word = 0; word < Layout.SLOT_WORDS; word++) {
            taken += Long.bitCount(memory.get(ValueLayout.JAVA_LONG, Layout.TAKEN + word * 8L));
        }
        return taken;
    }
}
