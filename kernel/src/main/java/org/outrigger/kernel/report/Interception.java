package org.outrigger.kernel.report;

/** The way by which a system call reached the core-side runtime. The order is that of the counters in shared memory. */
public enum Interception {
    /** Through SIGSYS of Syscall User Dispatch. */
    TRAPPED,
    /** Through a patched call site. */
    PATCHED
}
