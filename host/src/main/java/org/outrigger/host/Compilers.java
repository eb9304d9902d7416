package org.outrigger.host;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.outrigger.abi.Nr;

/**
 * How much of the processors the JVM's compilers have used, by the clocks that Linux keeps for their threads. A thread is known
 * as a compiler's by its name; those are looked for at the first question, since the first of each kind live as long as the JVM.
 * Source: {@code pthread_getcpuclockid(3)}, {@code proc_pid_comm(5)}. Belongs to one thread.
 */
public final class Compilers {
    private static final int DECIMAL = 10;
    private static final long SECOND = 1_000_000_000L;
    /** The clock of a thread: its number inverted, above these bits. */
    private static final int CLOCK_SHIFT = 3;
    private static final int THREAD_CLOCK = 6;

    private final Syscalls linux;
    private final MemorySegment time = Arena.global().allocate(16, 8);
    private long[] clocks;

    /** Of the JVM that this runs in. */
    public Compilers(Syscalls linux) {
        this.linux = linux;
    }

    /** Processor time of all compilers since the JVM began, in nanoseconds; allocates nothing after the first time. */
    public long nanoseconds() {
        if (clocks == null) {
            clocks = find();
        }
        long sum = 0;
        for (int i = 0; i < clocks.length; i++) {
            if (linux.blind(Nr.CLOCK_GETTIME, clocks[i], time.address(), 0, 0) == 0) {
                sum += time.get(ValueLayout.JAVA_LONG, 0) * SECOND + time.get(ValueLayout.JAVA_LONG, 8);
            }
        }
        return sum;
    }

    private long[] find() {
        ProcFile files = new ProcFile(linux);
        String[] threads = new File("/proc/self/task").list();
        return Stream.of(threads == null ? new String[0] : threads)
                .filter(thread -> files.text("/proc/self/task/" + thread + "/comm").contains(" Compiler"))
                .mapToLong(thread -> ~Long.parseLong(thread, DECIMAL) << CLOCK_SHIFT | THREAD_CLOCK).toArray();
    }
}
