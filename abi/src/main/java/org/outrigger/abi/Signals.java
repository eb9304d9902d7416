package org.outrigger.abi;

import java.util.List;
import java.util.OptionalInt;

/**
 * Signal numbers and the flags of {@code rt_sigaction} and {@code rt_sigprocmask}, as the kernel counts them.
 * Source: {@code asm/signal.h}, {@code asm-generic/signal-defs.h}, {@code asm-generic/siginfo.h} of x86-64.
 */
public final class Signals {

    public static final int SIGHUP = 1;
    public static final int SIGINT = 2;
    public static final int SIGQUIT = 3;
    public static final int SIGILL = 4;
    public static final int SIGTRAP = 5;
    public static final int SIGABRT = 6;
    public static final int SIGBUS = 7;
    public static final int SIGFPE = 8;
    public static final int SIGKILL = 9;
    public static final int SIGUSR1 = 10;
    public static final int SIGSEGV = 11;
    public static final int SIGUSR2 = 12;
    public static final int SIGPIPE = 13;
    public static final int SIGALRM = 14;
    public static final int SIGTERM = 15;
    public static final int SIGSTKFLT = 16;
    public static final int SIGCHLD = 17;
    public static final int SIGCONT = 18;
    public static final int SIGSTOP = 19;
    public static final int SIGTSTP = 20;
    public static final int SIGTTIN = 21;
    public static final int SIGTTOU = 22;
    public static final int SIGURG = 23;
    public static final int SIGXCPU = 24;
    public static final int SIGXFSZ = 25;
    public static final int SIGVTALRM = 26;
    public static final int SIGPROF = 27;
    public static final int SIGWINCH = 28;
    public static final int SIGIO = 29;
    public static final int SIGPWR = 30;
    public static final int SIGSYS = 31;
    /** The kernel's first real-time signal; the C library keeps this one and the next for itself. */
    public static final int SIGRTMIN = 32;
    /** The last signal ({@code _NSIG}). */
    public static final int SIGRTMAX = 64;

    public static final long SA_NOCLDSTOP = 0x0000_0001;
    public static final long SA_NOCLDWAIT = 0x0000_0002;
    public static final long SA_SIGINFO = 0x0000_0004;
    public static final long SA_UNSUPPORTED = 0x0000_0400;
    public static final long SA_EXPOSE_TAGBITS = 0x0000_0800;
    public static final long SA_RESTORER = 0x0400_0000;
    public static final long SA_ONSTACK = 0x0800_0000;
    public static final long SA_RESTART = 0x1000_0000;
    public static final long SA_NODEFER = 0x4000_0000;
    public static final long SA_RESETHAND = 0x8000_0000L;

    public static final int SIG_BLOCK = 0;
    public static final int SIG_UNBLOCK = 1;
    public static final int SIG_SETMASK = 2;
    public static final long SIG_DFL = 0;
    public static final long SIG_IGN = 1;

    /** Bytes of the kernel's {@code sigset_t}. */
    public static final int SIGSET_SIZE = 8;

    /** {@code si_code} of a SIGSYS: from seccomp, from system call user dispatch. */
    public static final int SYS_SECCOMP = 1;
    public static final int SYS_USER_DISPATCH = 2;

    private static final List<String> STANDARD = List.of(
            "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV",
            "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN",
            "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS");

    /** The number from which the C library counts SIGRTMIN. */
    private static final int LIBRARY_SIGRTMIN = 34;

    private Signals() {
    }

    /** The signal's bit in a {@code sigset_t}; the number must be from 1 to {@link #SIGRTMAX}. */
    public static long bit(int signal) {
        return 1L << (signal - 1);
    }

    /**
     * The name as a shell shows it: {@code SIGINT}; {@code SIGRTMIN+3} counted from 34 as the C library does; {@code SIG32} and
     * {@code SIG33} for the library's own two; {@code signal 65} for what is no signal.
     */
    public static String name(int signal) {
        if (signal >= 1 && signal <= STANDARD.size()) {
            return STANDARD.get(signal - 1);
        }
        if (signal >= SIGRTMIN && signal < LIBRARY_SIGRTMIN) {
            return "SIG" + signal;
        }
        if (signal == LIBRARY_SIGRTMIN) {
            return "SIGRTMIN";
        }
        if (signal > LIBRARY_SIGRTMIN && signal <= SIGRTMAX) {
            return "SIGRTMIN+" + (signal - LIBRARY_SIGRTMIN);
        }
        return "signal " + signal;
    }

    /** The number of a name that {@link #name} gives; empty for anything else. */
    public static OptionalInt number(String name) {
        for (int signal = 1; signal <= SIGRTMAX; signal++) {
            if (name(signal).equals(name)) {
                return OptionalInt.of(signal);
            }
        }
        return OptionalInt.empty();
    }
}
