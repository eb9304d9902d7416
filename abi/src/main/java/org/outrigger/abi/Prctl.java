package org.outrigger.abi;

/**
 * The operations of {@code prctl} and {@code arch_prctl} that concern system call dispatch and the segment bases.
 * Source: {@code linux/prctl.h}, {@code asm/prctl.h}.
 */
public final class Prctl {

    public static final int PR_SET_SYSCALL_USER_DISPATCH = 59;
    public static final int PR_SYS_DISPATCH_OFF = 0;
    public static final int PR_SYS_DISPATCH_ON = 1;

    /** Values of the selector byte. */
    public static final byte SYSCALL_DISPATCH_FILTER_ALLOW = 0;
    public static final byte SYSCALL_DISPATCH_FILTER_BLOCK = 1;

    public static final int ARCH_SET_GS = 0x1001;
    public static final int ARCH_SET_FS = 0x1002;
    public static final int ARCH_GET_FS = 0x1003;
    public static final int ARCH_GET_GS = 0x1004;

    private Prctl() {
    }
}
