package org.outrigger.channel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** Shared memory for channels as a job has it, with a geometry of the test's own. */
record Shared(MemorySegment memory, Geometry geometry) {
    static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final long PAGE = 4096;
    private static final long SLOT_SIZE = 512;
    static final long SLEEPING = 16;
    static final long DOORBELL = 20;
    static final long REQ_SEQ = 0;
    static final long OPERAND = 16;
    static final long REP_SEQ = 64;
    static final long VALUE = 72;
    static final long POLLED = 128;
    static final long WAITING = 132;

    static Shared of(Arena arena, int slots) {
        long bits = slots / Byte.SIZE;
        long base = PAGE + 2 * bits + PAGE - 1 & -PAGE;
        Geometry geometry = new Geometry(slots, base, SLOT_SIZE, PAGE, PAGE + bits, SLEEPING, DOORBELL, REQ_SEQ, REP_SEQ,
                POLLED, WAITING);
        return new Shared(arena.allocate(base + slots * SLOT_SIZE, PAGE), geometry);
    }

    int get(long at) {
        return (int) INT.getVolatile(memory, at);
    }

    void set(long at, int value) {
        INT.setVolatile(memory, at, value);
    }
}
