package org.outrigger.kernel.loop;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.outrigger.channel.Geometry;
import org.outrigger.corert.Layout;

/**
 * The request being looked at, copied out of its slot once, so that a thread that scribbles on the slot meanwhile cannot make
 * the LWK contradict itself. One instance serves a whole loop; what another loop is to answer travels as a copy.
 */
public final class Request {
    private final MemorySegment memory;
    private final Geometry geometry;
    private int slot;
    private int op;
    private long nr;
    private final long[] arg = new long[6];

    public Request(MemorySegment memory, Geometry geometry) {
        this.memory = memory;
        this.geometry = geometry;
    }

    /** This request, to keep. */
    public Request copy() {
        Request copy = new Request(memory, geometry);
        copy.slot = slot;
        copy.op = op;
        copy.nr = nr;
        System.arraycopy(arg, 0, copy.arg, 0, arg.length);
        return copy;
    }

    /** Copies the request of a slot. */
    public void load(int from) {
        slot = from;
        long at = geometry.slot(from);
        op = memory.get(ValueLayout.JAVA_INT, at + Layout.OP);
        nr = memory.get(ValueLayout.JAVA_LONG, at + Layout.NR);
        for (int i = 0; i < arg.length; i++) {
            arg[i] = memory.get(ValueLayout.JAVA_LONG, at + Layout.ARG + i * 8L);
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
