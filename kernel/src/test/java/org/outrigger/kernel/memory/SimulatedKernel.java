package org.outrigger.kernel.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.outrigger.abi.Nr;
import org.outrigger.channel.Geometry;
import org.outrigger.channel.Receiver;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;

/** The memory calls behind a real channel in this process's own memory, with threads that the test moves step by step. */
final class SimulatedKernel {
    private static final int SLOTS = 64;

    private final MemorySegment memory = Arena.ofAuto().allocate(Layout.SLOT_BASE + SLOTS * Layout.SLOT_SIZE, 4096);
    private final Geometry geometry = new Geometry(SLOTS, Layout.SLOT_BASE, Layout.SLOT_SIZE,
            Layout.BELLS + Layout.PENDING, Layout.BELLS + Layout.SUMMARY, Layout.TAKEN, Layout.BELLS + Layout.SLEEPING,
            Layout.BELLS + Layout.DOORBELL, Layout.REQ_SEQ, Layout.REP_SEQ, Layout.POLLED, Layout.WAITING, Layout.LOOP);
    private final Receiver receiver = new Receiver(memory, geometry, address -> { });
    private final Reply reply = new Reply(memory, geometry, receiver);
    private final Request request = new Request(memory, geometry);
    private final MemoryCalls calls;
    private final Map<Integer, Pending> pending = new HashMap<>();

    private final SimulatedPool pool;
    /** What was last to be populated ahead of use. */
    long ahead;
    /** Who may run alone in an address space. */
    private final Map<AddressSpace, Integer> still = new HashMap<>();
    private final List<SimulatedLinux> processes = new ArrayList<>();
    private final List<Integer> ended = new ArrayList<>();

    /** @param arenas as {@link MemoryCalls} has it */
    SimulatedKernel(boolean arenas) {
        this(arenas, Long.MAX_VALUE);
    }

    /** @param reach bytes that can be looked at; 0 where Linux does not tell what is in memory */
    SimulatedKernel(boolean arenas, long reach) {
        this(arenas, reach, 0, MemoryPlan.DEFAULT);
    }

    SimulatedKernel(boolean arenas, long reach, MemoryPlan plan) {
        this(arenas, reach, 0, plan);
    }

    /** @param pages in Linux's pool of huge pages */
    SimulatedKernel(boolean arenas, long reach, int pages, MemoryPlan plan) {
        this(arenas, reach, pages, plan, PoolLedger.leaving(List.of()));
    }

    /** @param ledger what the job may take of them */
    SimulatedKernel(boolean arenas, long reach, int pages, MemoryPlan plan, PoolLedger ledger) {
        pool = new SimulatedPool(pages, (pid, start, end) -> processes.get(pid - 1).protection(start, end), ledger);
        calls = new MemoryCalls(reply, plan, new Residency() {
            @Override
            public int open(int pid) {
                return reach == 0 ? -1 : pid;
            }

            @Override
            public long reach() {
                return reach;
            }

            @Override
            public int look(int descriptor, long start, long end, long[] found) {
                return processes.get(descriptor - 1).present(start, end, found);
            }

            @Override
            public boolean ended(int pid) {
                return ended.contains(pid);
            }

            @Override
            public void close(int descriptor) {
                processes.set(descriptor - 1, null);
            }
        }, arenas, pool, new Standstill() {
            @Override
            public void begin(AddressSpace space, int slot, Ready ready) {
                still.put(space, slot);
                ready.go(true);
            }

            @Override
            public void end(AddressSpace space, int slot) {
                still.remove(space);
            }
        }, (pid, start) -> ahead = start);
    }

    /** The number of a process with such memory. */
    int add(SimulatedLinux linux) {
        processes.add(linux);
        linux.pool(pool);
        return processes.size();
    }

    MemoryCalls calls() {
        return calls;
    }

    private long at(int slot, long field) {
        return geometry.slot(slot) + field;
    }

    /** The number of the process whose memory this is ends: as far as {@link Residency} tells, it has ended already. */
    void end(SimulatedLinux linux) {
        ended.add(processes.indexOf(linux) + 1);
    }

    /** A thread posts a request and the kernel answers it. */
    void ask(AddressSpace space, int slot, long op, long nr, long... arg) {
        memory.set(ValueLayout.JAVA_INT, at(slot, Layout.OP), (int) op);
        memory.set(ValueLayout.JAVA_LONG, at(slot, Layout.NR), nr);
        for (int i = 0; i < arg.length; i++) {
            memory.set(ValueLayout.JAVA_LONG, at(slot, Layout.ARG + i * 8L), arg[i]);
        }
        int sequence = memory.get(ValueLayout.JAVA_INT, at(slot, Layout.REQ_SEQ)) + 1;
        memory.set(ValueLayout.JAVA_INT, at(slot, Layout.REQ_SEQ), sequence);
        memory.set(ValueLayout.JAVA_LONG, Layout.BELLS + Layout.SUMMARY, 1L);
        long word = Layout.BELLS + Layout.PENDING + slot / Long.SIZE * 8L;
        memory.set(ValueLayout.JAVA_LONG, word, memory.get(ValueLayout.JAVA_LONG, word) | 1L << slot);
        int found = receiver.poll();
        if (found != slot) {
            throw new AssertionError("slot " + slot + " asked, " + found + " was found");
        }
        request.load(slot);
        Pending notes = pending.computeIfAbsent(slot, key -> new Pending());
        if (op == Layout.OP_SYSCALL && nr == Nr.CLONE) {
            if (!calls.beforeFork(space, slot, notes, () -> reply.done(slot, 0))) {
                reply.done(slot, 0);
            }
        } else if (op == Layout.OP_SYSCALL) {
            calls.serve(space, request, notes);
        } else if (op == Layout.OP_LIMITS) {
            calls.limits(space, slot, arg[0] != -1, notes);
        } else {
            notes.take().resume(slot, notes, request.arg(0));
            MemoryCalls.answered(space, notes);
        }
        if (!answered(slot) && still.isEmpty()) {
            throw new AssertionError("no answer to call " + nr);
        }
    }

    /** Whether the last request of a slot has its reply. */
    boolean answered(int slot) {
        return memory.get(ValueLayout.JAVA_INT, at(slot, Layout.REP_SEQ))
                == memory.get(ValueLayout.JAVA_INT, at(slot, Layout.REQ_SEQ));
    }

    /** Whether a thread is kept from running. */
    boolean stopped(AddressSpace space, int slot) {
        return still.getOrDefault(space, slot) != slot;
    }

    /** The word at an address that all processes have in common with the kernel. */
    long word(long address) {
        return memory.get(ValueLayout.JAVA_LONG, address - Layout.RT_SHM);
    }

    SimulatedPool pool() {
        return pool;
    }

    int kind(int slot) {
        return memory.get(ValueLayout.JAVA_INT, at(slot, Layout.KIND));
    }

    long value(int slot) {
        return memory.get(ValueLayout.JAVA_LONG, at(slot, Layout.VALUE));
    }

    /** The words of a set of nodes that a call's operand points to. */
    long nodes(int slot, long operand) {
        if (operand == 0) {
            return 0;
        }
        long own = Layout.RT_SHM + geometry.slot(slot) + Layout.MASK;
        if (operand != own) {
            throw new AssertionError("a set of nodes at " + Long.toHexString(operand) + ", not " + Long.toHexString(own));
        }
        return memory.get(ValueLayout.JAVA_LONG, at(slot, Layout.MASK));
    }

    long operand(int slot, int index) {
        return memory.get(ValueLayout.JAVA_LONG, at(slot, Layout.REPLY + index * 8L));
    }
}
