package org.outrigger.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.outrigger.abi.Nr;
import org.outrigger.abi.Ptrace;
import org.outrigger.abi.WaitStatus;

/** {@code ptrace(2)}, which belongs to the one thread that seized a tracee. Methods return 0 or a negative errno. */
public final class Tracer {
    /** Offsets in {@code struct user_regs_struct}, {@code sys/user.h}. */
    public static final int R15 = 0;
    public static final int R13 = 16;
    public static final int R12 = 24;
    public static final int RBP = 32;
    public static final int RBX = 40;
    public static final int R11 = 48;
    public static final int R10 = 56;
    public static final int R9 = 64;
    public static final int R8 = 72;
    public static final int RDX = 96;
    public static final int RSI = 104;
    public static final int RIP = 128;
    public static final int CS = 136;
    public static final int RSP = 152;
    private static final int REGS_SIZE = 27 * 8;

    private final Syscalls linux;
    private final MemorySegment regs = Arena.global().allocate(REGS_SIZE, 8);
    private final MemorySegment word = Arena.global().allocate(8, 8);

    public Tracer(Syscalls linux) {
        this.linux = linux;
    }

    private long ptrace(int request, int tid, long address, long data) {
        return linux.call(Nr.PTRACE, request, tid, address, data, 0, 0);
    }

    /** Becomes the tracer of a running thread; it stops only for the events in {@code options}. */
    public long seize(int tid, int options) {
        return ptrace(Ptrace.SEIZE, tid, 0, options);
    }

    /** Changes the events for which a stopped tracee will stop. */
    public long options(int tid, int options) {
        return ptrace(Ptrace.SETOPTIONS, tid, 0, options);
    }

    public long interrupt(int tid) {
        return ptrace(Ptrace.INTERRUPT, tid, 0, 0);
    }

    public long resume(int tid, int signal) {
        return ptrace(Ptrace.CONT, tid, 0, signal);
    }

    /** Leaves a group-stopped tracee stopped. */
    public long listen(int tid) {
        return ptrace(Ptrace.LISTEN, tid, 0, 0);
    }

    public long detach(int tid, int signal) {
        return ptrace(Ptrace.DETACH, tid, 0, signal);
    }

    /** What goes with the last event: the former thread id of an exec. */
    public long eventMessage(int tid) {
        long result = ptrace(Ptrace.GETEVENTMSG, tid, 0, word.address());
        return result < 0 ? result : word.get(ValueLayout.JAVA_LONG, 0);
    }

    /** Reads the registers of a stopped tracee into this tracer, for {@link #register} and {@link #setRegister}. */
    public long fetchRegisters(int tid) {
        return ptrace(Ptrace.GETREGS, tid, 0, regs.address());
    }

    public long register(int offset) {
        return regs.get(ValueLayout.JAVA_LONG, offset);
    }

    public void setRegister(int offset, long value) {
        regs.set(ValueLayout.JAVA_LONG, offset, value);
    }

    public long storeRegisters(int tid) {
        return ptrace(Ptrace.SETREGS, tid, 0, regs.address());
    }

    /** Writes eight bytes, also where the tracee itself may not write: the page becomes private to it. */
    public long poke(int tid, long address, long value) {
        return ptrace(Ptrace.POKEDATA, tid, address, value);
    }

    /**
     * Takes one report of any tracee without waiting.
     *
     * @return thread id in the upper, status in the lower 32 bits; 0 for none; a negative errno
     */
    public long poll() {
        long tid = linux.call(Nr.WAIT4, -1, word.address(), WaitStatus.WNOHANG | WaitStatus.WALL);
        return tid <= 0 ? tid : tid << 32 | Integer.toUnsignedLong(word.get(ValueLayout.JAVA_INT, 0));
    }
}
