package org.outrigger.kernel.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;
import org.outrigger.host.ProcFile;
import org.outrigger.host.Syscalls;

/**
 * {@link Ahead} by a thread of the LWK on a Linux core. It has Linux write to a page of the process from an address of its own at
 * which there is nothing: Linux brings the page in, finds nothing to write, and the page is there, still zero. So no content can
 * be lost, whoever the memory belongs to by then. Source: {@code process_vm_writev(2)}, {@code mm/process_vm_access.c}.
 */
public final class Populator implements Ahead, Runnable {
    /** Bytes that are populated ahead of what is used. */
    static final long REACH = 32L << 20;
    /** A word of work: the process above, the huge page in the arena window below. */
    private static final int PAGE_BITS = 24;
    /** Memory that the machine must have beyond what is needed. */
    private static final long SPARE = 1L << 30;
    private static final int SHIFT = PageSize.LARGE.shift();
    /** Where no process has anything, and Linux maps nothing unasked. */
    private static final long NOWHERE = 64;

    private final AtomicLong wanted = new AtomicLong();
    private final Syscalls linux = new Syscalls();
    private final HugePools machine = new SystemPools(new ProcFile(linux));
    private final MemorySegment vectors = java.lang.foreign.Arena.global().allocate(32, 8);
    private volatile Thread idle;

    @Override
    public void populate(int pid, long start) {
        wanted.set((long) pid << PAGE_BITS | start + Arena.HUGE - 1 - Layout.ARENA_BASE >> SHIFT);
        Thread sleeper = idle;
        if (sleeper != null) {
            idle = null;
            LockSupport.unpark(sleeper);
        }
    }

    @Override
    public void run() {
        while (!Thread.interrupted()) {
            long work = wanted.getAndSet(0);
            if (work != 0) {
                serve((int) (work >>> PAGE_BITS), Layout.ARENA_BASE + ((work & (1L << PAGE_BITS) - 1) << SHIFT));
                continue;
            }
            idle = Thread.currentThread();
            if (wanted.get() == 0) {
                LockSupport.park(this);
            }
            idle = null;
        }
    }

    private void serve(int pid, long start) {
        if (machine.available() < SPARE) {
            return;
        }
        for (long at = start; at < start + REACH && wanted.get() == 0; at += Arena.HUGE) {
            vectors.set(ValueLayout.JAVA_LONG, 0, NOWHERE);
            vectors.set(ValueLayout.JAVA_LONG, 8, 1);
            vectors.set(ValueLayout.JAVA_LONG, 16, at);
            vectors.set(ValueLayout.JAVA_LONG, 24, 1);
            linux.call(Nr.PROCESS_VM_WRITEV, pid, vectors.address(), 1, vectors.address() + 16, 1, 0);
        }
    }
}
