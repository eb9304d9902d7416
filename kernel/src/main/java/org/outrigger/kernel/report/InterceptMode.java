package org.outrigger.kernel.report;

/** How a job's system calls were to be intercepted. */
public enum InterceptMode {
    /** Call sites are patched where that is safe; Syscall User Dispatch catches the rest. */
    AUTO,
    /** Nothing is patched: Syscall User Dispatch catches every call. */
    TRAP
}
