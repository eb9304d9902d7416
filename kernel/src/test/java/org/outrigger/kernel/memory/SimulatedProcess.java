package org.outrigger.kernel.memory;

import java.util.ArrayList;
import java.util.List;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;

/** A process with the core-side runtime, which decides as {@code memory.c} and follows replies as {@code channel.c}. */
final class SimulatedProcess {
    private static final long PAGE = SimulatedLinux.PAGE;
    private static final long RW = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final long PLAIN = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_NORESERVE | Mman.MAP_STACK
            | Mman.MAP_POPULATE;

    final SimulatedLinux linux;
    final AddressSpace space;
    private final SimulatedKernel kernel;
    /** Calls that the kernel had the process make: name or number, second and third operand, for mbind the first nodes. */
    final List<String> made = new ArrayList<>();
    private long appBreak;
    private long mappedBreak;

    SimulatedProcess(SimulatedKernel kernel) {
        this(kernel, new SimulatedLinux(), new AddressSpace(SimulatedLinux.BREAK, false));
    }

    /** In a job with a limit. */
    SimulatedProcess(SimulatedKernel kernel, Account account) {
        this(kernel, new SimulatedLinux(), new AddressSpace(SimulatedLinux.BREAK, false, account));
    }

    private SimulatedProcess(SimulatedKernel kernel, SimulatedLinux linux, AddressSpace space) {
        this.kernel = kernel;
        this.linux = linux;
        this.space = space;
        space.owner(kernel.add(linux));
    }

    /** The child that Linux forks now; its record was made when the fork was announced. */
    SimulatedProcess fork(AddressSpace announced) {
        SimulatedProcess child = new SimulatedProcess(kernel, linux.copy(), announced);
        child.appBreak = appBreak;
        child.mappedBreak = mappedBreak;
        return child;
    }

    /** What the LWK has a thread do before it forks. */
    void prepareFork(int slot) {
        Call call = call(slot, Nr.CLONE);
        call.begun = true;
        kernel.ask(space, slot, Layout.OP_SYSCALL, Nr.CLONE, 0);
        while (!call.done()) {
            call.follow();
        }
    }

    private long obey(long nr, long[] arg) {
        if (nr == Nr.PROCESS_VM_READV) {
            return linux.copy(kernel.word(arg[1]), kernel.word(arg[3]), kernel.word(arg[1] + Long.BYTES));
        }
        return linux.call(nr, arg);
    }

    /** A call that a thread has under way. */
    final class Call {
        private final int slot;
        private final long nr;
        private final long[] arg;
        private boolean begun;
        private boolean done;
        private long result;

        Call(int slot, long nr, long[] arg) {
            this.slot = slot;
            this.nr = nr;
            this.arg = arg;
        }

        boolean done() {
            return done;
        }

        long result() {
            return result;
        }

        private void finish(long value) {
            result = value;
            done = true;
            if (nr == Nr.BRK && begun) {
                appBreak = value;
                mappedBreak = kernel.operand(slot, 2);
            }
        }

        /** The next thing that the thread does: ask, or obey an answer. */
        void step() {
            if (kernel.stopped(space, slot)) {
                return;
            }
            if (!begun) {
                if (!asks(nr, arg)) {
                    finish(linux.call(nr, arg));
                    return;
                }
                begun = true;
                kernel.ask(space, slot, Layout.OP_SYSCALL, nr, arg);
                return;
            }
            if (!kernel.stopped(space, slot) && kernel.answered(slot)) {
                follow();
            }
        }

        private void follow() {
            switch (kernel.kind(slot)) {
                case (int) Layout.RE_DONE -> finish(kernel.value(slot));
                case (int) Layout.RE_ZERO -> {
                    linux.zero(kernel.operand(slot, 0), kernel.operand(slot, 1));
                    finish(kernel.value(slot));
                }
                case (int) Layout.RE_HERE -> finish(linux.call(nr, arg));
                case (int) Layout.RE_TELL -> kernel.ask(space, slot, Layout.OP_RESULT, nr, linux.call(nr, arg));
                case (int) Layout.RE_DO -> {
                    long[] operands = new long[6];
                    for (int i = 0; i < operands.length; i++) {
                        operands[i] = kernel.operand(slot, i);
                    }
                    made.add(kernel.value(slot) == Nr.MBIND
                            ? "mbind " + operands[1] + " " + operands[2] + " " + kernel.nodes(slot, operands[3])
                            : kernel.value(slot) + " " + operands[1] + " " + operands[2]);
                    kernel.ask(space, slot, Layout.OP_RESULT, nr, obey(kernel.value(slot), operands));
                }
                default -> throw new AssertionError("reply of kind " + kernel.kind(slot));
            }
        }
    }

    /** A call not yet begun. */
    Call call(int slot, long nr, long... arg) {
        long[] six = java.util.Arrays.copyOf(arg, 6);
        return new Call(slot, nr, six);
    }

    /** A whole call of the first thread. */
    long make(long nr, long... arg) {
        Call call = call(0, nr, arg);
        while (!call.done()) {
            call.step();
        }
        return call.result();
    }

    /** setrlimit has succeeded. */
    void limits(boolean limited) {
        Call call = call(0, Nr.SETRLIMIT);
        call.begun = true;
        kernel.ask(space, 0, Layout.OP_LIMITS, Nr.SETRLIMIT, limited ? 1L << 30 : -1, -1, 0);
        while (!call.done()) {
            call.follow();
        }
    }

    private static boolean overlaps(long address, long length, long from, long to) {
        return Long.compareUnsigned(address, to) < 0 && Long.compareUnsigned(length, ~address) <= 0
                && Long.compareUnsigned(address + length, from) > 0 && length != 0;
    }

    private boolean inWindow(long address, long length) {
        return overlaps(address, length, Layout.ARENA_BASE, Layout.ARENA_END)
                || appBreak != 0 && overlaps(address, length, SimulatedLinux.BREAK, mappedBreak);
    }

    private boolean asks(long nr, long[] arg) {
        if (space.accounted()) {
            return true;
        }
        long length = SimulatedLinux.up(arg[1]);
        if (nr == Nr.MMAP) {
            long flags = arg[3];
            if ((flags & (Mman.MAP_FIXED | Mman.MAP_FIXED_NOREPLACE)) != 0) {
                return inWindow(arg[0], arg[1]);
            }
            return (arg[0] == 0 || inWindow(arg[0], arg[1])) && (arg[5] & PAGE - 1) == 0 && arg[2] == RW && (flags & ~PLAIN) == 0
                    && (flags & Mman.MAP_TYPE) == Mman.MAP_PRIVATE && (flags & Mman.MAP_ANONYMOUS) != 0;
        }
        if (nr == Nr.MREMAP) {
            return inWindow(arg[0], length == 0 ? PAGE : length)
                    || (arg[3] & Mman.MREMAP_FIXED) != 0 && inWindow(arg[4], arg[2]);
        }
        return nr == Nr.BRK || nr == Nr.SET_MEMPOLICY || nr == Nr.MLOCKALL || nr == Nr.MUNLOCKALL || inWindow(arg[0], length);
    }
}
