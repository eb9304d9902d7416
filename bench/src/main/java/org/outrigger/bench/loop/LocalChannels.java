package org.outrigger.bench.loop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.outrigger.abi.Nr;
import org.outrigger.channel.Geometry;
import org.outrigger.channel.Receiver;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;

/**
 * The channels of a job in memory of this process, all slots of them, and both ends in one thread: what is measured is the work
 * of the LWK, not the way between two cores.
 */
public final class LocalChannels {

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private static final long PENDING = Layout.BELLS + Layout.PENDING;
    private static final long SUMMARY = Layout.BELLS + Layout.SUMMARY;

    private final MemorySegment memory = Arena.ofAuto().allocate(Layout.SHARED_SIZE, 4096);
    private final Geometry geometry = new Geometry((int) Layout.SLOTS, Layout.SLOT_BASE, Layout.SLOT_SIZE, PENDING, SUMMARY,
            Layout.TAKEN, Layout.BELLS + Layout.SLEEPING, Layout.BELLS + Layout.DOORBELL, Layout.REQ_SEQ, Layout.REP_SEQ,
            Layout.POLLED, Layout.WAITING, Layout.LOOP);
    private final Receiver receiver = new Receiver(memory, geometry, address -> { });
    private final Reply reply = new Reply(memory, geometry, receiver);

    /** The memory that LWK and threads share. */
    public MemorySegment memory() {
        return memory;
    }

    public Geometry geometry() {
        return geometry;
    }

    /** The receiving end, which never wakes anybody: the sender does not sleep. */
    public Receiver receiver() {
        return receiver;
    }

    public Reply reply() {
        return reply;
    }

    /** Posts a request as the runtime does: the bell is rung where the slot is not polled. */
    public void post(int slot) {
        long at = geometry.slot(slot);
        INT.setVolatile(memory, at + Layout.REQ_SEQ, (int) INT.get(memory, at + Layout.REQ_SEQ) + 1);
        if ((int) INT.getOpaque(memory, at + Layout.POLLED) == 0) {
            LONG.getAndBitwiseOr(memory, PENDING + slot / Long.SIZE * 8L, 1L << slot);
            LONG.getAndBitwiseOr(memory, SUMMARY, 1L << slot / Layout.GROUP_SLOTS);
        }
    }

    /** Writes the fields of a system call: its number and up to six operands. */
    public void call(int slot, long nr, long a, long b, long c, long d, long e) {
        long at = geometry.slot(slot);
        memory.set(ValueLayout.JAVA_INT, at + Layout.OP, (int) Layout.OP_SYSCALL);
        memory.set(ValueLayout.JAVA_LONG, at + Layout.NR, nr);
        memory.set(ValueLayout.JAVA_LONG, at + Layout.ARG, a);
        memory.set(ValueLayout.JAVA_LONG, at + Layout.ARG + 8, b);
        memory.set(ValueLayout.JAVA_LONG, at + Layout.ARG + 16, c);
        memory.set(ValueLayout.JAVA_LONG, at + Layout.ARG + 24, d);
        memory.set(ValueLayout.JAVA_LONG, at + Layout.ARG + 32, e);
        memory.set(ValueLayout.JAVA_LONG, at + Layout.ARG + 40, 0);
    }

    /** What was answered: the value of the last reply in the slot. */
    public long value(int slot) {
        return memory.get(ValueLayout.JAVA_LONG, geometry.slot(slot) + Layout.VALUE);
    }

    /** Plays Linux for as long as the LWK has the thread make other calls, each of which succeeds as asked. */
    public void follow(int slot, Request request, Pending pending) {
        long at = geometry.slot(slot);
        while (memory.get(ValueLayout.JAVA_INT, at + Layout.KIND) == Layout.RE_DO) {
            long address = memory.get(ValueLayout.JAVA_LONG, at + Layout.REPLY);
            long nr = value(slot);
            boolean answersAnAddress = nr == Nr.MMAP || nr == Nr.BRK;
            memory.set(ValueLayout.JAVA_LONG, at + Layout.ARG, answersAnAddress ? address : 0);
            request.load(slot);
            pending.take().resume(slot, pending, request.arg(0));
        }
    }
}
