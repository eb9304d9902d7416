package org.outrigger.abi;

/** The resources of {@code getrlimit} and {@code prlimit64}. Source: {@code asm-generic/resource.h}. */
public final class Limits {

    /** Seconds of processor time. */
    public static final int RLIMIT_CPU = 0;
    /** Bytes, as every size below. */
    public static final int RLIMIT_FSIZE = 1;
    public static final int RLIMIT_DATA = 2;
    public static final int RLIMIT_STACK = 3;
    public static final int RLIMIT_CORE = 4;
    public static final int RLIMIT_RSS = 5;
    public static final int RLIMIT_NPROC = 6;
    public static final int RLIMIT_NOFILE = 7;
    public static final int RLIMIT_MEMLOCK = 8;
    public static final int RLIMIT_AS = 9;
    public static final int RLIMIT_LOCKS = 10;
    public static final int RLIMIT_SIGPENDING = 11;
    public static final int RLIMIT_MSGQUEUE = 12;
    public static final int RLIMIT_NICE = 13;
    public static final int RLIMIT_RTPRIO = 14;
    /** Microseconds. */
    public static final int RLIMIT_RTTIME = 15;

    /** How many resources there are: a number from here on is {@code EINVAL}. */
    public static final int RLIM_NLIMITS = 16;

    /** No limit; to be compared unsigned. */
    public static final long RLIM_INFINITY = ~0L;

    private Limits() {
    }
}
