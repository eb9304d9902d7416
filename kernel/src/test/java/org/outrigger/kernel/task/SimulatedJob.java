package org.outrigger.kernel.task;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.outrigger.abi.CloneFlags;
import org.outrigger.channel.Geometry;
import org.outrigger.channel.Owners;
import org.outrigger.channel.Receiver;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;
import org.outrigger.kernel.memory.AddressSpace;

/** The task parts behind channels in this process's own memory; the test speaks for the threads. */
final class SimulatedJob {
    static final int[] CORES = {2, 3, 5};

    private final MemorySegment memory = Arena.ofAuto().allocate(Layout.STATS, 4096);
    private final Geometry geometry = geometryOf(0);
    private final Owners owners = new Owners((int) Layout.SLOTS);
    final Receiver receiver = new Receiver(memory, geometry, address -> { }, owners, 0);
    final SimulatedLoops loops = new SimulatedLoops(number ->
            new Receiver(memory, geometryOf(number), address -> { }, owners, number));
    final Placement placement = new Placement();
    final TaskTable tasks = new TaskTable(receiver, placement);
    final List<Integer> watched = new ArrayList<>();
    private final Reply reply = new Reply(memory, geometry, receiver);
    private final Request request = new Request(memory, geometry);
    final Lifecycle lifecycle = new Lifecycle(memory, geometry, receiver, reply, tasks, placement, watched::add,
            loops, () -> 7);
    final Affinities affinities = new Affinities(memory, geometry, reply, tasks, placement);

    private static Geometry geometryOf(int loop) {
        long bells = Layout.BELLS + loop * Layout.BELLS_SIZE;
        return new Geometry((int) Layout.SLOTS, Layout.SLOT_BASE, Layout.SLOT_SIZE, bells + Layout.PENDING,
                bells + Layout.SUMMARY, Layout.TAKEN, bells + Layout.SLEEPING, bells + Layout.DOORBELL, Layout.REQ_SEQ,
                Layout.REP_SEQ, Layout.POLLED, Layout.WAITING, Layout.LOOP);
    }

    /** A rank that its launcher has started. */
    Task rank(int pid) {
        LwkProcess process = new LwkProcess(pid, 1, CORES, new AddressSpace(0, true), 0);
        tasks.add(process);
        loops.load(0, 1);
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
        announce(parent, flags, slot);
        assertEquals(Layout.RE_DONE, kind(parent.slot()));
        return slot;
    }

    void announce(Task parent, long flags, long slot) {
        pass(parent);
        AddressSpace space = parent.process().space();
        lifecycle.announce(parent, request(parent.slot(), flags, slot),
                (flags & CloneFlags.CLONE_VM) == 0 ? space.fork() : space);
    }

    /** What a loop does before a request goes to the main loop. */
    private void pass(Task task) {
        if (!receiver.owns(task.slot())) {
            loops.receiver(task.process().loop()).give(task.slot(), 0);
        }
    }

    /** The new image of a thread, whose exec the main loop has announced, reports; its process. */
    LwkProcess execed(int slot, int pid, long programBreak) {
        LwkProcess[] told = new LwkProcess[1];
        pass(tasks.task(slot));
        lifecycle.execed(request(slot, pid, pid, programBreak, -1, -1).copy(), process -> told[0] = process);
        loops.settle();
        return told[0];
    }

    Task started(int slot, int pid, int tid) {
        lifecycle.started(request(slot, pid, tid));
        loops.settle();
        watchAll();
        return tasks.task(slot);
    }

    void cloned(Task parent, int slot, int result) {
        pass(parent);
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
        pass(task);
        lifecycle.exited(task);
    }

    void free(int slot) {
        long at = Layout.TAKEN + slot / Long.SIZE * 8L;
        memory.set(ValueLayout.JAVA_LONG, at, memory.get(ValueLayout.JAVA_LONG, at) & ~(1L << slot % Long.SIZE));
    }

    /** Number of the loop whose doorbells a slot rings. */
    int loop(int slot) {
        return memory.get(ValueLayout.JAVA_SHORT, geometry.slot(slot) + Layout.LOOP);
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

    /** Who answers a call, as the runtime reads it. */
    long disposition(int nr) {
        return memory.get(ValueLayout.JAVA_BYTE, Layout.DISPOSITION + nr);
    }

    void disposition(int nr, long who) {
        memory.set(ValueLayout.JAVA_BYTE, Layout.DISPOSITION + nr, (byte) who);
    }
}
