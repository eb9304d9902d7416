package org.outrigger.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.stream.IntStream;
import org.outrigger.abi.Nr;

/** The CPUs that a thread may use. Source: {@code sched_setaffinity(2)}. */
public final class Affinity {
    /** Room for 1,024 CPUs. */
    public static final int MASK_BYTES = 128;

    private Affinity() {
    }

    /** Binds a thread, 0 for the calling one, to CPUs; returns 0 or a negative errno. */
    public static long bind(Syscalls linux, int tid, int[] cpus) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES, 8);
            for (int cpu : cpus) {
                long at = cpu / 64 * 8L;
                mask.set(ValueLayout.JAVA_LONG, at, mask.get(ValueLayout.JAVA_LONG, at) | 1L << cpu % 64);
            }
            return linux.call(Nr.SCHED_SETAFFINITY, tid, MASK_BYTES, mask.address());
        }
    }

    /** The CPUs that a thread, 0 for the calling one, may use, ascending; absent when there is no such thread. */
    public static Optional<int[]> of(Syscalls linux, int tid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES, 8);
            long bytes = linux.call(Nr.SCHED_GETAFFINITY, tid, MASK_BYTES, mask.address());
            if (bytes < 0) {
                return Optional.empty();
            }
            return Optional.of(IntStream.range(0, (int) bytes * 8)
                    .filter(cpu -> (mask.get(ValueLayout.JAVA_BYTE, cpu / 8) >> cpu % 8 & 1) != 0).toArray());
        }
    }
}
