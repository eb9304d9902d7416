package org.outrigger.abi;

/**
 * Requests, options and events of {@code ptrace}. Source: {@code linux/ptrace.h} and, for the numbers below 0x4200 that are
 * x86's own, {@code asm/ptrace-abi.h}.
 */
public final class Ptrace {

    public static final int TRACEME = 0;
    public static final int PEEKTEXT = 1;
    public static final int PEEKDATA = 2;
    public static final int PEEKUSR = 3;
    public static final int POKETEXT = 4;
    public static final int POKEDATA = 5;
    public static final int POKEUSR = 6;
    public static final int CONT = 7;
    public static final int KILL = 8;
    public static final int SINGLESTEP = 9;
    /** Fills a {@code struct user_regs_struct}. */
    public static final int GETREGS = 12;
    public static final int SETREGS = 13;
    public static final int GETFPREGS = 14;
    public static final int SETFPREGS = 15;
    public static final int ATTACH = 16;
    public static final int DETACH = 17;
    public static final int SYSCALL = 24;
    public static final int ARCH_PRCTL = 30;
    public static final int SYSEMU = 31;
    public static final int SYSEMU_SINGLESTEP = 32;
    public static final int SETOPTIONS = 0x4200;
    public static final int GETEVENTMSG = 0x4201;
    public static final int GETSIGINFO = 0x4202;
    public static final int SETSIGINFO = 0x4203;
    public static final int GETREGSET = 0x4204;
    public static final int SETREGSET = 0x4205;
    public static final int SEIZE = 0x4206;
    public static final int INTERRUPT = 0x4207;
    public static final int LISTEN = 0x4208;
    public static final int PEEKSIGINFO = 0x4209;
    public static final int GETSIGMASK = 0x420a;
    public static final int SETSIGMASK = 0x420b;
    public static final int SECCOMP_GET_FILTER = 0x420c;
    public static final int SECCOMP_GET_METADATA = 0x420d;
    public static final int GET_SYSCALL_INFO = 0x420e;
    public static final int GET_RSEQ_CONFIGURATION = 0x420f;
    /** Linux 6.4 and later, with the next. */
    public static final int SET_SYSCALL_USER_DISPATCH_CONFIG = 0x4210;
    public static final int GET_SYSCALL_USER_DISPATCH_CONFIG = 0x4211;

    /** What {@link WaitStatus.Stopped#event()} holds. */
    public static final int EVENT_FORK = 1;
    public static final int EVENT_VFORK = 2;
    public static final int EVENT_CLONE = 3;
    public static final int EVENT_EXEC = 4;
    public static final int EVENT_VFORK_DONE = 5;
    public static final int EVENT_EXIT = 6;
    public static final int EVENT_SECCOMP = 7;
    public static final int EVENT_STOP = 128;

    /** With this option a stop at a system call reports {@code SIGTRAP | 0x80}. */
    public static final int O_TRACESYSGOOD = 1;
    public static final int O_TRACEFORK = 1 << EVENT_FORK;
    public static final int O_TRACEVFORK = 1 << EVENT_VFORK;
    public static final int O_TRACECLONE = 1 << EVENT_CLONE;
    public static final int O_TRACEEXEC = 1 << EVENT_EXEC;
    public static final int O_TRACEVFORKDONE = 1 << EVENT_VFORK_DONE;
    public static final int O_TRACEEXIT = 1 << EVENT_EXIT;
    public static final int O_TRACESECCOMP = 1 << EVENT_SECCOMP;
    public static final int O_EXITKILL = 1 << 20;
    public static final int O_SUSPEND_SECCOMP = 1 << 21;

    private Ptrace() {
    }
}
