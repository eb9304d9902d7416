package org.outrigger.lab.memory;

import java.util.List;
import java.util.Locale;

/**
 * What is measured: one kind of operation on memory of one size. {@code docs/benchmarks.md} explains each.
 */
public enum MemoryRow {
    TRIAD("STREAM triad, 3 x 64 MiB", "triad", Size.M * 192, 4, Kind.WHOLE, Size.TRIAD),
    GUPS("random update of a table", "gups", Size.G * 4, 2_000_000, Kind.WHOLE, Size.GUPS),
    CHASE_16K("chase, 16 KiB", "chase", Size.K * 16, 1_000_000, Kind.WHOLE, Size.CHASE),
    CHASE_64K("chase, 64 KiB", "chase", Size.K * 64, 1_000_000, Kind.WHOLE, Size.CHASE),
    CHASE_256K("chase, 256 KiB", "chase", Size.K * 256, 1_000_000, Kind.WHOLE, Size.CHASE),
    CHASE_1M("chase, 1 MiB", "chase", Size.M, 1_000_000, Kind.WHOLE, Size.CHASE),
    CHASE_4M("chase, 4 MiB", "chase", Size.M * 4, 1_000_000, Kind.WHOLE, Size.CHASE),
    CHASE_16M("chase, 16 MiB", "chase", Size.M * 16, 400_000, Kind.WHOLE, Size.CHASE),
    CHASE_64M("chase, 64 MiB", "chase", Size.M * 64, 400_000, Kind.WHOLE, Size.CHASE),
    CHASE_256M("chase, 256 MiB", "chase", Size.M * 256, 400_000, Kind.WHOLE, Size.CHASE),
    CHASE_1G("chase, 1 GiB", "chase", Size.G, 400_000, Kind.WHOLE, Size.CHASE),
    MALLOC_4K("malloc+touch+free 4 KiB", "malloc", Size.K * 4, 20_000, Kind.BOTH, Size.HEAP),
    MALLOC_64K("malloc+touch+free 64 KiB", "malloc", Size.K * 64, 10_000, Kind.BOTH, Size.HEAP),
    MALLOC_1M("malloc+touch+free 1 MiB", "malloc", Size.M, 1_000, Kind.SINGLE),
    MALLOC_4M("malloc+touch+free 4 MiB", "malloc", Size.M * 4, 200, Kind.SINGLE),
    MALLOC_16M("malloc+touch+free 16 MiB", "malloc", Size.M * 16, 20, Kind.SINGLE),
    MALLOC_64M("malloc+touch+free 64 MiB", "malloc", Size.M * 64, 2, Kind.SINGLE),
    MALLOC_256M("malloc+touch+free 256 MiB", "malloc", Size.M * 256, 1, Kind.SINGLE),
    MMAP_4K_TOUCH("mmap+touch+munmap 4 KiB", "mmap", Size.K * 4, 2_000, Kind.SINGLE),
    MMAP_16K_TOUCH("mmap+touch+munmap 16 KiB", "mmap", Size.K * 16, 1_000, Kind.SINGLE),
    MMAP_64K_TOUCH("mmap+touch+munmap 64 KiB", "mmap", Size.K * 64, 500, Kind.SINGLE),
    MMAP_256K_TOUCH("mmap+touch+munmap 256 KiB", "mmap", Size.K * 256, 100, Kind.SINGLE),
    MMAP_1M_TOUCH("mmap+touch+munmap 1 MiB", "mmap", Size.M, 40, Kind.SINGLE),
    MMAP_2M_TOUCH("mmap+touch+munmap 2 MiB", "mmap", Size.M * 2, 20, Kind.SINGLE),
    MMAP_4M_TOUCH("mmap+touch+munmap 4 MiB", "mmap", Size.M * 4, 10, Kind.SINGLE),
    MMAP_16M_TOUCH("mmap+touch+munmap 16 MiB", "mmap", Size.M * 16, 4, Kind.SINGLE),
    MMAP_64M_TOUCH("mmap+touch+munmap 64 MiB", "mmap", Size.M * 64, 1, Kind.SINGLE),
    MMAP_256M_TOUCH("mmap+touch+munmap 256 MiB", "mmap", Size.M * 256, 1, Kind.SINGLE),
    MMAP_1G_TOUCH("mmap+touch+munmap 1 GiB", "mmap", Size.G, 1, Kind.SINGLE),
    SPARSE_2M("mmap, 1 byte, munmap 2 MiB", "sparse", Size.M * 2, 1_000, Kind.SINGLE),
    SPARSE_64M("mmap, 16 bytes, munmap 64 MiB", "sparse", Size.M * 64, 200, Kind.SINGLE),
    SPARSE_1G("mmap, 256 bytes, munmap 1 GiB", "sparse", Size.G, 20, Kind.SINGLE),
    BRK_64K("brk up+touch+down 64 KiB", "brk", Size.K * 64, 500, Kind.SINGLE),
    BRK_16M("brk up+touch+down 16 MiB", "brk", Size.M * 16, 4, Kind.SINGLE),
    GROW_64M("realloc by 1 MiB to 64 MiB, free", "grow", Size.M * 64, 1, Kind.SINGLE),
    CHURN("step of a hydrodynamics code", "churn", Size.K * 1728, 2, Kind.SINGLE),
    NULL_PAIR("two null calls", "null", 0, 5_000, Kind.BOTH, Size.SHORT),
    MMAP_64K("mmap+munmap 64 KiB", "untouched", Size.K * 64, 2_000, Kind.BOTH, Size.SHORT);

    /** Which batches a round has. */
    enum Kind {
        /** One in which nothing is timed but the whole. */
        WHOLE,
        /** One in which each operation is timed, which costs nothing beside operations so long. */
        SINGLE,
        /** Both, for short operations. */
        BOTH
    }

    /** Sizes in bytes, and groups: an enum's own constants are not there yet when its members are made. */
    private static final class Size {
        private static final long K = 1024;
        private static final long M = 1024 * K;
        private static final long G = 1024 * M;
        private static final Group TRIAD = new Group("triad", true, 1);
        private static final Group GUPS = new Group("gups", true, 3);
        private static final Group CHASE = new Group("chase", true, 2);
        private static final Group HEAP = new Group("heap", true, 1);
        private static final Group SHORT = new Group("short", false, 1);
    }

    private final String what;
    private final String request;
    private final long size;
    private final int operations;
    private final Kind kind;
    private final Group group;

    MemoryRow(String what, String request, long size, int operations, Kind kind) {
        this(what, request, size, operations, kind, null);
    }

    MemoryRow(String what, String request, long size, int operations, Kind kind, Group group) {
        this.what = what;
        this.request = request;
        this.size = size;
        this.operations = operations;
        this.kind = kind;
        this.group = group == null ? Group.own(key()) : group;
    }

    /** The name on the command line and in the JSON. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it is, for people. */
    public String what() {
        return what;
    }

    /** How many bytes an operation is about. */
    public long size() {
        return size;
    }

    /** How many operations a batch has. */
    int operations() {
        return operations;
    }

    Kind kind() {
        return kind;
    }

    Group group() {
        return group;
    }

    /** The kind's name for the program. */
    String request() {
        return request;
    }

    /** Whether it is a row of the chase, whose figures make the picture. */
    boolean chase() {
        return group == Size.CHASE;
    }

    /** What is promised. */
    public List<MemoryTarget> targets() {
        return switch (this) {
            case NULL_PAIR -> List.of();
            case MMAP_64K -> List.of(MemoryTarget.NOT_SLOWER, MemoryTarget.OWN_TIME, MemoryTarget.RESIDENT);
            case CHURN -> List.of(MemoryTarget.FASTER, MemoryTarget.NO_FAULTS, MemoryTarget.RESIDENT);
            case SPARSE_2M, SPARSE_64M, SPARSE_1G -> List.of(MemoryTarget.NOT_SLOWER, MemoryTarget.RESIDENT);
            default -> List.of(MemoryTarget.NOT_SLOWER, MemoryTarget.NO_FAULTS, MemoryTarget.RESIDENT);
        };
    }
}
