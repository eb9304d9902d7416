package org.outrigger.lab.calls;

import java.util.List;
import java.util.Locale;

/**
 * What is measured: one kind of call, or a few that belong together. The name of a row is also what the program is asked for.
 * {@code docs/benchmarks.md} explains each.
 */
public enum Row {
    GETPID("null call (getpid)", 20_000, Kind.FINE, Target.FASTER_THAN_NATIVE, Target.TAIL_BELOW_A_MICROSECOND),
    GETPID_SILENCE("null call after 5 ms of silence", 10, Kind.COARSE),
    ROUND_TRIP("word to the Linux core and back", 20_000, Kind.BARE),
    GETPPID("call left to Linux (getppid)", 20_000, Kind.FINE, Target.NEAR_NATIVE),
    SCHED_YIELD("sched_yield", 20_000, Kind.FINE),
    READ_ZERO("read 1 byte of /dev/zero", 20_000, Kind.FINE),
    CLOCK_GETTIME("clock_gettime (vDSO)", 50_000, Kind.FINE),
    MMAP_64K("mmap+munmap 64 KiB", 1_000, Kind.FINE, Target.TEN_TIMES_FASTER),
    MMAP_64K_TOUCH("mmap+touch+munmap 64 KiB", 200, Kind.COARSE, Target.TEN_TIMES_FASTER),
    MMAP_2M("mmap+munmap 2 MiB", 1_000, Kind.FINE, Target.TEN_TIMES_FASTER),
    MMAP_2M_TOUCH("mmap+touch+munmap 2 MiB", 10, Kind.COARSE, Target.TEN_TIMES_FASTER),
    MMAP_64M("mmap+munmap 64 MiB", 500, Kind.FINE, Target.TEN_TIMES_FASTER),
    MMAP_64M_TOUCH("mmap+touch+munmap 64 MiB", 2, Kind.COARSE, Target.TEN_TIMES_FASTER),
    BRK_4K("brk up+down 4 KiB", 1_000, Kind.FINE, Target.TEN_TIMES_FASTER),
    BRK_128K("brk up+down 128 KiB", 1_000, Kind.FINE, Target.TEN_TIMES_FASTER),
    BRK_1M_TOUCH("brk up+touch+down 1 MiB", 20, Kind.COARSE, Target.TEN_TIMES_FASTER),
    MALLOC_64K("malloc+touch+free 64 KiB", 1_000, Kind.FINE),
    MALLOC_1M("malloc+touch+free 1 MiB", 500, Kind.COARSE),
    MALLOC_32M("malloc+touch+free 32 MiB", 2, Kind.COARSE, Target.TEN_TIMES_FASTER),
    MALLOC_64K_MMAP("the same, always by mmap, 64 KiB", 200, Kind.COARSE, Target.TEN_TIMES_FASTER),
    MALLOC_1M_MMAP("the same, always by mmap, 1 MiB", 20, Kind.COARSE, Target.TEN_TIMES_FASTER),
    MALLOC_32M_MMAP("the same, always by mmap, 32 MiB", 2, Kind.COARSE, Target.TEN_TIMES_FASTER),
    THREAD("thread create+join", 100, Kind.COARSE, Target.NEARLY_AS_FAST),
    THREADS_10000("10,000 threads at once, each", 10_000, Kind.RARE, Target.COMPLETED),
    FORK_WAIT("fork+wait", 20, Kind.COARSE, Target.NEARLY_AS_FAST),
    FORK_EXEC("fork+exec+wait /bin/true", 5, Kind.COARSE, Target.NEARLY_AS_FAST),
    SPAWN_EXEC("posix_spawn+wait /bin/true", 5, Kind.COARSE, Target.NEARLY_AS_FAST),
    PIPE("pipe ping-pong, one core", 500, Kind.COARSE),
    FIRST_100("first 100 null calls of a process", 100, Kind.FRESH, Target.NOT_SLOWER_THAN_TRAPPED);

    /** How a row is measured. */
    enum Kind {
        /** Short calls: batches without a clock between the calls, and others where each call is timed. */
        FINE,
        /** Calls so long that the clock costs nothing beside them: one batch gives both figures. */
        COARSE,
        /** A batch is one thing, so long that not each round can have it and that it is not warmed up. */
        RARE,
        /** In a fresh process each time. */
        FRESH,
        /** Nothing of the system: what the machine takes. As short calls, and natively only. */
        BARE
    }

    /** From which size on the program of the rows {@code malloc_..._mmap} has malloc map: all of them do. */
    static final int MMAP_THRESHOLD = 64 * 1024;
    private static final String BY_MMAP = "_mmap";

    private final String what;
    private final int calls;
    private final Kind kind;
    private final List<Target> targets;

    Row(String what, int calls, Kind kind, Target... targets) {
        this.what = what;
        this.calls = calls;
        this.kind = kind;
        this.targets = List.of(targets);
    }

    /** The name on the command line and in the JSON. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it is, for people. */
    public String what() {
        return what;
    }

    /** How many calls a batch has. */
    public int calls() {
        return calls;
    }

    /** What is promised. */
    public List<Target> targets() {
        return targets;
    }

    Kind kind() {
        return kind;
    }

    /** Whether the row is measured under this arm. */
    boolean under(Arm arm) {
        return kind != Kind.BARE || arm == Arm.NATIVE;
    }

    /** Which of an arm's processes the row is measured in: what an LWK learns of a process concerns its other rows too. */
    Program program() {
        return alwaysMapped() ? Program.ALWAYS_MAPPED : key().endsWith("_touch") ? Program.TOUCHING : Program.PLAIN;
    }

    /** The processes of an arm, by what they do. */
    enum Program {
        /** All rows that are none of the others'. */
        PLAIN,
        /** Touches what it maps. */
        TOUCHING,
        /** Its malloc always maps. */
        ALWAYS_MAPPED
    }

    private boolean alwaysMapped() {
        return key().startsWith("malloc") && key().endsWith(BY_MMAP);
    }

    /** The row's name for the program. */
    String request() {
        return alwaysMapped() ? key().substring(0, key().length() - BY_MMAP.length()) : key();
    }
}
