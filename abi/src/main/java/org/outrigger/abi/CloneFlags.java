package org.outrigger.abi;

/**
 * Flags of {@code clone} and {@code clone3}, as 64-bit values because two of them do not fit 32. Source: {@code linux/sched.h}.
 */
public final class CloneFlags {

    /** The low byte of {@code clone}'s flags: the signal that the parent gets when the child ends. */
    public static final long CSIGNAL = 0x0000_00ff;
    /** For {@code clone3} and {@code unshare} only: in {@code clone} the bit lies in {@link #CSIGNAL}. */
    public static final long CLONE_NEWTIME = 0x0000_0080;
    public static final long CLONE_VM = 0x0000_0100;
    public static final long CLONE_FS = 0x0000_0200;
    public static final long CLONE_FILES = 0x0000_0400;
    public static final long CLONE_SIGHAND = 0x0000_0800;
    public static final long CLONE_PIDFD = 0x0000_1000;
    public static final long CLONE_PTRACE = 0x0000_2000;
    public static final long CLONE_VFORK = 0x0000_4000;
    public static final long CLONE_PARENT = 0x0000_8000;
    public static final long CLONE_THREAD = 0x0001_0000;
    public static final long CLONE_NEWNS = 0x0002_0000;
    public static final long CLONE_SYSVSEM = 0x0004_0000;
    public static final long CLONE_SETTLS = 0x0008_0000;
    public static final long CLONE_PARENT_SETTID = 0x0010_0000;
    public static final long CLONE_CHILD_CLEARTID = 0x0020_0000;
    public static final long CLONE_DETACHED = 0x0040_0000;
    public static final long CLONE_UNTRACED = 0x0080_0000;
    public static final long CLONE_CHILD_SETTID = 0x0100_0000;
    public static final long CLONE_NEWCGROUP = 0x0200_0000;
    public static final long CLONE_NEWUTS = 0x0400_0000;
    public static final long CLONE_NEWIPC = 0x0800_0000;
    public static final long CLONE_NEWUSER = 0x1000_0000;
    public static final long CLONE_NEWPID = 0x2000_0000;
    public static final long CLONE_NEWNET = 0x4000_0000;
    public static final long CLONE_IO = 0x8000_0000L;
    /** For {@code clone3} only, as the next. */
    public static final long CLONE_CLEAR_SIGHAND = 0x1_0000_0000L;
    public static final long CLONE_INTO_CGROUP = 0x2_0000_0000L;

    /** Sizes in bytes of {@code struct clone_args} as it has been published, oldest first. */
    public static final int CLONE_ARGS_SIZE_VER0 = 64;
    public static final int CLONE_ARGS_SIZE_VER1 = 80;
    public static final int CLONE_ARGS_SIZE_VER2 = 88;

    private CloneFlags() {
    }
}
