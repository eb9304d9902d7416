package org.outrigger.kernel.boot;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.channel.Geometry;
import org.outrigger.channel.Receiver;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Inbox;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;
import org.outrigger.kernel.memory.AddressSpace;
import org.outrigger.kernel.memory.MemoryCalls;
import org.outrigger.kernel.memory.MemoryPlan;
import org.outrigger.kernel.memory.Residency;
import org.outrigger.kernel.memory.Stacks;
import org.outrigger.kernel.task.Affinities;
import org.outrigger.kernel.task.CoreMask;
import org.outrigger.kernel.task.LwkProcess;
import org.outrigger.kernel.task.Placement;
import org.outrigger.kernel.task.Task;
import org.outrigger.kernel.task.TaskTable;

/**
 * Plays a program to a kernel of its own, a little at a time, when the kernel loop of the job has nothing to do: so the code that
 * answers calls is compiled before a program depends on it. It plays the calls that are to be fast, with all kinds of reply that
 * they can have, and knows nothing of the job. Owned by the loop's thread. See {@code docs/decisions/008-the-fast-path.md}.
 */
final class Rehearsal {
    /** Calls after which all of it is compiled, by the JVM's thresholds and some more. */
    static final int CALLS = Integer.getInteger("outrigger.rehearse", 40_000);
    /** How long the job's own requests may have to wait for a rehearsed one. */
    private static final long STEP_NS = 100_000;
    private static final int SLOTS = 64;
    private static final int SLOT = 7;
    private static final int BELLS = 4096;
    private static final long HEAP = 0x5555_0000_0000L;
    private static final long[] PIECES = {64 << 10, 2 << 20, 64 << 20};
    private static final long HEAP_PIECE = 4096;
    /** Cycles after which the program begins to touch what it maps, or ceases to. */
    private static final int SCENE = 256;
    private static final int CYCLE = 16;
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final MemorySegment memory = Arena.ofAuto().allocate(BELLS + SLOTS * Layout.SLOT_SIZE, 64);
    private final Geometry geometry = new Geometry(SLOTS, BELLS, Layout.SLOT_SIZE, 0, 64, 128, 192, 196, Layout.REQ_SEQ,
            Layout.REP_SEQ, Layout.POLLED, Layout.WAITING, Layout.LOOP);
    private final Receiver receiver = new Receiver(memory, geometry, address -> { });
    private final Lwk lwk;
    private final long at = geometry.slot(SLOT);
    private int left = CALLS;
    private int spared;
    private int sequence;
    private long nr;
    private long piece;

    Rehearsal() {
        Reply reply = new Reply(memory, geometry, receiver);
        Placement placement = new Placement();
        TaskTable tasks = new TaskTable(receiver, placement);
        Affinities affinities = new Affinities(memory, geometry, reply, tasks, placement);
        OwnCalls own = new OwnCalls(reply, affinities, new MemoryCalls(reply, MemoryPlan.DEFAULT, new Stage(), true));
        lwk = new Lwk(new Lwk.Parts(receiver, reply, tasks, null, affinities, own, null,
                new Stacks(reply, MemoryPlan.DEFAULT)), new Request(memory, geometry),
                new Inbox(receiver), pid -> "", pid -> LwkProcess.Sample.NONE, () -> 0);
        int[] cores = {0};
        LwkProcess process = new LwkProcess(1, 0, cores, new AddressSpace(HEAP, false), 0);
        process.space().owner(1);
        tasks.add(process);
        tasks.add(new Task(SLOT, 1, process, CoreMask.of(cores), 0), 0);
    }

    /** Plays on for a moment; false when it has been played to the end. */
    boolean step() {
        long until = System.nanoTime() + STEP_NS;
        while (left > 0) {
            next();
            int slot = receiver.poll();
            if (slot >= 0) {
                lwk.serve(slot);
            }
            if (System.nanoTime() - until > 0) {
                return true;
            }
        }
        return false;
    }

    /** So many calls of the program itself have done the work of as many rehearsed ones. */
    void spare(int calls) {
        spared += calls;
        left = Math.max(0, left - spared / CYCLE * CYCLE); // in whole cycles: what is mapped is unmapped
        spared %= CYCLE;
    }

    /** Memory as the program leaves it: all of it touched, or nothing. */
    private final class Stage implements Residency {
        @Override
        public int open(int pid) {
            return 0;
        }

        @Override
        public long reach() {
            return Long.MAX_VALUE;
        }

        @Override
        public int look(int descriptor, long start, long end, long[] found) {
            found[0] = start;
            found[1] = end;
            return left / CYCLE / SCENE % 2;
        }

        @Override
        public void close(int descriptor) {
            // There is nothing to close.
        }
    }

    private void next() {
        long value = memory.get(ValueLayout.JAVA_LONG, at + Layout.VALUE);
        if (memory.get(ValueLayout.JAVA_INT, at + Layout.KIND) == (int) Layout.RE_DO) { // what Linux would have answered
            boolean placed = value == Nr.MMAP || value == Nr.BRK;
            request(Layout.OP_RESULT, 0, placed ? memory.get(ValueLayout.JAVA_LONG, at + Layout.REPLY) : 0, 0, 0, 0);
            return;
        }
        if (nr == Nr.MMAP) {
            piece = value;
        }
        left--;
        long size = PIECES[left / CYCLE % PIECES.length];
        switch (left % CYCLE) {
            case 1, 5 -> call(Nr.MMAP, 0, size, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS);
            case 0, 4 -> call(Nr.MUNMAP, piece, size, 0, 0);
            case 9 -> call(Nr.BRK, HEAP + HEAP_PIECE, 0, 0, 0);
            case 8 -> call(Nr.BRK, HEAP, 0, 0, 0);
            case 12 -> call(Nr.SCHED_YIELD, 0, 0, 0, 0);
            case 13 -> call(Nr.GETTID, 0, 0, 0, 0);
            default -> call(Nr.GETPID, 0, 0, 0, 0);
        }
    }

    private void call(int number, long a, long b, long c, long d) {
        nr = number;
        request(Layout.OP_SYSCALL, number, a, b, c, d);
    }

    private void request(long op, long number, long a, long b, long c, long d) {
        memory.set(ValueLayout.JAVA_INT, at + Layout.KIND, 0);
        memory.set(ValueLayout.JAVA_INT, at + Layout.OP, (int) op);
        memory.set(ValueLayout.JAVA_LONG, at + Layout.NR, number);
        memory.set(ValueLayout.JAVA_LONG, at + Layout.ARG, a);
        memory.set(ValueLayout.JAVA_LONG, at + Layout.ARG + 8, b);
        memory.set(ValueLayout.JAVA_LONG, at + Layout.ARG + 16, c);
        memory.set(ValueLayout.JAVA_LONG, at + Layout.ARG + 24, d);
        INT.setRelease(memory, at + Layout.REQ_SEQ, ++sequence);
        if ((int) INT.getOpaque(memory, at + Layout.POLLED) == 0) {
            memory.set(ValueLayout.JAVA_LONG, 0, 1L << SLOT);
            memory.set(ValueLayout.JAVA_LONG, 64, 1L);
        }
    }
}
