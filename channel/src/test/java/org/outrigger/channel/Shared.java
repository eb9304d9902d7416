package org.outrigger.channel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** Shared memory for channels as a job has it, with a geometry of the test's own. */
record Shared(MemorySegment memory, Geometry geometry) {
    private static final VarHandle SHORT = ValueLayout.JAVA_SHORT.varHandle();
    static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final long PAGE = 4096;
    private static final long SLOT_SIZE = 512;
    static final long SLEEPING = 16;
    static final long DOORBELL = 20;
    private static final long SUMMARY = 64;
    static final long REQ_SEQ = 0;
    static final long OPERAND = 16;
    static final long REP_SEQ = 64;
    static final long VALUE = 72;
    static final long POLLED = 128;
    static final long WAITING = 132;
    private static final long LOOP = 136;
    /** Receivers that there is room for. */
    static final int LOOPS = 4;

    static Shared of(Arena arena, int slots) {
        return new Shared(arena.allocate(base(slots) + slots * SLOT_SIZE, PAGE), geometry(slots, 0));
    }

    private static long base(int slots) {
        return PAGE + (LOOPS + 1L) * bits(slots) + PAGE - 1 & -PAGE;
    }

    private static long bits(int slots) {
        return slots / Byte.SIZE;
    }

    private static Geometry geometry(int slots, int loop) {
        long page = loop * 256L;
        return new Geometry(slots, base(slots), SLOT_SIZE, PAGE + loop * bits(slots), page + SUMMARY,
                PAGE + LOOPS * bits(slots), page + SLEEPING, page + DOORBELL, REQ_SEQ, REP_SEQ, POLLED, WAITING, LOOP);
    }

    /** The same memory with the doorbells of another receiver. */
    Shared withBellsOf(int loop) {
        return new Shared(memory, geometry(geometry.slots(), loop));
    }

    /** The receiver whose doorbells a slot rings. */
    int loop(int slot) {
        return (short) SHORT.getOpaque(memory, geometry.slot(slot) + LOOP);
    }

    int get(long at) {
        return (int) INT.getVolatile(memory, at);
    }

    void set(long at, int value) {
        INT.setVolatile(memory, at, value);
    }
}
