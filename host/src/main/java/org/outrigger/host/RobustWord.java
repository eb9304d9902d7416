package org.outrigger.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.outrigger.abi.Nr;

/**
 * A word in shared memory that Linux marks with {@code FUTEX_OWNER_DIED} when the thread that holds it ends, however it ends.
 * Source: {@code set_robust_list(2)}, {@code linux/futex.h}. It replaces glibc's own list of the calling thread, which holds only
 * robust mutexes; the JVM uses none.
 */
public final class RobustWord {
    private static final long HEAD_SIZE = 24;

    private RobustWord() {
    }

    /**
     * Makes the calling thread the holder for as long as it lives.
     *
     * @param memory mapped shared memory
     * @param word   offset of the 32-bit word
     * @param entry  offset of 16 bytes in the same memory for the list entry
     */
    public static void hold(Syscalls linux, MemorySegment memory, long word, long entry) {
        MemorySegment head = Arena.global().allocate(HEAD_SIZE, 8);
        head.set(ValueLayout.JAVA_LONG, 0, memory.address() + entry); // first entry
        head.set(ValueLayout.JAVA_LONG, 8, word - entry); // from an entry to its futex
        memory.set(ValueLayout.JAVA_LONG, entry, head.address()); // the list is circular
        memory.set(ValueLayout.JAVA_INT, word, (int) linux.call(Nr.GETTID, 0, 0, 0));
        linux.must("set_robust_list", Nr.SET_ROBUST_LIST, head.address(), HEAD_SIZE, 0);
    }
}
