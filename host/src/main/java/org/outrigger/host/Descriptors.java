package org.outrigger.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.outrigger.abi.Nr;

/** Waiting for several descriptors at once. Source: {@code epoll(7)}, {@code pidfd_open(2)}. Belongs to one thread. */
public final class Descriptors {
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLLIN = 1;
    private static final long CLOEXEC = 0x80000;

    private final Syscalls linux;
    private final int epoll;
    /** {@code struct epoll_event}: packed, 12 bytes. */
    private final MemorySegment event = Arena.global().allocate(16, 8);

    public Descriptors(Syscalls linux) {
        this.linux = linux;
        this.epoll = (int) linux.must("epoll_create1", Nr.EPOLL_CREATE1, CLOEXEC, 0, 0);
    }

    /** Watches a descriptor; may be called by any thread that brings its own {@code caller}. */
    public void watch(Syscalls caller, int descriptor, long key) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment wanted = arena.allocate(16, 8);
            wanted.set(ValueLayout.JAVA_INT, 0, EPOLLIN);
            wanted.set(ValueLayout.JAVA_LONG_UNALIGNED, 4, key);
            caller.must("epoll_ctl", Nr.EPOLL_CTL, epoll, EPOLL_CTL_ADD, descriptor, wanted.address(), 0, 0);
        }
    }

    /** Watches a descriptor no longer. */
    public void forget(int descriptor) {
        linux.call(Nr.EPOLL_CTL, epoll, EPOLL_CTL_DEL, descriptor, 0, 0, 0);
    }

    /** Ends the waiting for good. */
    public void close() {
        linux.call(Nr.CLOSE, epoll, 0, 0);
    }

    /** Whether there is something to be read from a descriptor, or nothing will ever be. Source: {@code poll(2)}. */
    public static boolean ready(Syscalls caller, int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8, 4);
            poll.set(ValueLayout.JAVA_INT, 0, descriptor);
            poll.set(ValueLayout.JAVA_SHORT, 4, (short) EPOLLIN);
            return caller.call(Nr.POLL, poll.address(), 1, 0) > 0;
        }
    }

    /** Waits for the next ready descriptor and returns its key; -1 when interrupted. */
    public long await() {
        long count = linux.call(Nr.EPOLL_WAIT, epoll, event.address(), 1, -1, 0, 0);
        return count == 1 ? event.get(ValueLayout.JAVA_LONG_UNALIGNED, 4) : -1;
    }

    /** A descriptor that becomes readable when the process ends, or a negative errno. */
    public static long processDescriptor(Syscalls caller, int pid) {
        return caller.call(Nr.PIDFD_OPEN, pid, 0, 0);
    }
}
