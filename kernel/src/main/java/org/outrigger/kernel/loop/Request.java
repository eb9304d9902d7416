package org.outrigger.kernel.loop;

import java.lang.foreign.MemorySegment;
import org.outrigger.channel.Geometry;
import org.outrigger.channel.RawMemory;
import org.outrigger.corert.Layout;

/**
 * The request being looked at, copied out of its slot once, so that a thread that scribbles on the slot meanwhile cannot make
 * the LWK contradict itself. One instance serves a whole loop; what another loop is to answer travels as a copy.
 */
public final class Request {
    private final long slots;
    private final long stride;
    private int slot;
    private int op;
    private long nr;
    private final long[] arg = new long[6];

    public Request(MemorySegment memory, Geometry geometry) {
        this.slots = geometry.firstSlot(memory);
        this.stride = geometry.slotSize();
    }

    private Request(long slots, long stride) {
        this.slots = slots;
        this.stride = stride;
    }

    /** This request, to keep. */
    public Request copy() {
        Request copy = new Request(slots, stride);
        copy.slot = slot;
        copy.op = op;
        copy.nr = nr;
        System.arraycopy(arg, 0, copy.arg, 0, arg.length);
        return copy;
    }

    /** Copies the request of a slot. */
    public void load(int from) {
        slot = from;
        long at = slots + from * stride;
        op = RawMemory.getInt(at + Layout.OP);
        nr = RawMemory.getLong(at + Layout.NR);
        for (int i = 0; i < arg.length; i++) {
            arg[i] = RawMemory.getLong(at + Layout.ARG + i * 8L);
        }
    }

    public int slot() {
        return slot;
    }

    /** One of {@code Layout.OP_*}. */
    public int op() {
        return op;
    }

    /** Number of the system call. */
    public long nr() {
        return nr;
    }

    /** Operand 0 to 5. */
    public long arg(int index) {
        return arg[index];
    }
}
