package org.outrigger.abi;

/** Flags and seals of memory files. Source: {@code linux/memfd.h}, {@code linux/fcntl.h}, {@code linux/magic.h}. */
public final class Memfd {

    public static final int MFD_CLOEXEC = 0x1;
    public static final int MFD_ALLOW_SEALING = 0x2;
    public static final int MFD_HUGETLB = 0x4;
    /** The file can never be executed; Linux 6.3 and later. */
    public static final int MFD_NOEXEC_SEAL = 0x8;
    public static final int MFD_EXEC = 0x10;
    public static final int MFD_HUGE_2MB = 21 << 26;

    public static final int F_ADD_SEALS = 1033;
    public static final int F_GET_SEALS = 1034;
    public static final int F_SEAL_SEAL = 0x1;
    public static final int F_SEAL_SHRINK = 0x2;
    public static final int F_SEAL_GROW = 0x4;
    public static final int F_SEAL_WRITE = 0x8;
    public static final int F_SEAL_FUTURE_WRITE = 0x10;
    public static final int F_SEAL_EXEC = 0x20;

    private Memfd() {
    }
}
