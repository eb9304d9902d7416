package org.outrigger.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.outrigger.abi.Nr;

/** Sleeping and waking on a shared 32-bit word. Source: {@code futex(2)}. Belongs to one thread; allocates nothing. */
public final class Futex {
    private static final int WAIT = 0;
    private static final int WAKE = 1;
    private static final long SECOND = 1_000_000_000L;

    private final Syscalls linux;
    private final MemorySegment timeout = Arena.global().allocate(16, 8);

    public Futex(Syscalls linux) {
        this.linux = linux;
    }

    /** Sleeps while the word at {@code address} holds {@code value}, at most {@code nanoseconds}. */
    public void await(long address, int value, long nanoseconds) {
        timeout.set(ValueLayout.JAVA_LONG, 0, nanoseconds / SECOND);
        timeout.set(ValueLayout.JAVA_LONG, 8, nanoseconds % SECOND);
        linux.blind(Nr.FUTEX, address, WAIT, value, timeout.address());
    }

    /** Wakes one sleeper. */
    public void wake(long address) {
        linux.blind(Nr.FUTEX, address, WAKE, 1, 0);
    }
}
