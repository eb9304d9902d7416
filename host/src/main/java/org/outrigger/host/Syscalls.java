package org.outrigger.host;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Linux's system calls, made through libc's {@code syscall(2)}: one downcall shape for all, because every further shape costs
 * start-up time. An instance belongs to one thread, for it holds the place where that thread's errno is captured.
 */
@SuppressWarnings("restricted") // this room is where native access is allowed
public final class Syscalls {
    private static final MethodHandle SYSCALL = Linker.nativeLinker().downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
            Linker.Option.captureCallState("errno"));

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
