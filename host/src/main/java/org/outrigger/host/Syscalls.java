package org.outrigger.host;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Linux's system calls, made through libc's {@code syscall(2)}: two downcall shapes for all, because every further shape costs
 * start-up time. An instance belongs to one thread, for it holds the place where that thread's errno is captured.
 */
@SuppressWarnings("restricted") // this room is where native access is allowed
public final class Syscalls {
    private static final MemorySegment FUNCTION = Linker.nativeLinker().defaultLookup().findOrThrow("syscall");
    private static final FunctionDescriptor SHAPE = FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);
    private static final MethodHandle SYSCALL = Linker.nativeLinker().downcallHandle(FUNCTION, SHAPE,
            Linker.Option.captureCallState("errno"));
    /** Capturing errno makes a slice of the segment, an object each time; this does not. */
    private static final MethodHandle BLIND = Linker.nativeLinker().downcallHandle(FUNCTION, SHAPE);

    private final MemorySegment errno = Arena.global().allocate(4, 4);

    /**
     * Makes a system call.
     *
     * @param nr number of the call
     * @return its result, or a negative errno
     */
    public long call(long nr, long a, long b, long c, long d, long e, long f) {
        try {
            // Safe: the kernel checks every address; those that point into this process come from segments kept alive by callers.
            long result = (long) SYSCALL.invokeExact(errno, nr, a, b, c, d, e, f);
            return result == -1 ? -errno.get(ValueLayout.JAVA_INT, 0) : result;
        } catch (Throwable thrown) {
            throw new IllegalStateException("syscall " + nr, thrown);
        }
    }

    /** Makes a system call of whose failure nobody needs the reason; allocates nothing. Returns its result, or -1. */
    public long blind(long nr, long a, long b, long c, long d) {
        try {
            // Safe: as above.
            return (long) BLIND.invokeExact(nr, a, b, c, d, 0L, 0L);
        } catch (Throwable thrown) {
            throw new IllegalStateException("syscall " + nr, thrown);
        }
    }

    /** A call of up to three arguments. */
    public long call(long nr, long a, long b, long c) {
        return call(nr, a, b, c, 0, 0, 0);
    }

    /** A call that must not fail. */
    public long must(String name, long nr, long a, long b, long c, long d, long e, long f) {
        long result = call(nr, a, b, c, d, e, f);
        if (result < 0) {
            throw new SyscallException(name, (int) -result);
        }
        return result;
    }

    /** A call of up to three arguments that must not fail. */
    public long must(String name, long nr, long a, long b, long c) {
        return must(name, nr, a, b, c, 0, 0, 0);
    }
}
