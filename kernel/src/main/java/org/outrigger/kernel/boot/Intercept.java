package org.outrigger.kernel.boot;

/** How system calls are brought to the core-side runtime. */
public enum Intercept {
    /** Call sites are patched where that is safe; whatever is left arrives by Syscall User Dispatch. */
    AUTO,
    /** Nothing is patched: every call arrives by Syscall User Dispatch. */
    TRAP
}
