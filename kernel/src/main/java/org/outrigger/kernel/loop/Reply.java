package org.outrigger.kernel.loop;

import java.lang.foreign.MemorySegment;
import org.outrigger.channel.Geometry;
import org.outrigger.channel.RawMemory;
import org.outrigger.channel.Receiver;
import org.outrigger.corert.Layout;

/** Answers requests: one method for each kind of reply that the runtime follows. */
public final class Reply {
    private final long slots;
    private final long stride;
    private final Receiver receiver;

    public Reply(MemorySegment memory, Geometry geometry, Receiver receiver) {
        this.slots = geometry.firstSlot(memory);
        this.stride = geometry.slotSize();
        this.receiver = receiver;
    }

    private void send(int slot, long kind, long value) {
        long at = slots + slot * stride;
        RawMemory.putInt(at + Layout.KIND, (int) kind);
        RawMemory.putLong(at + Layout.VALUE, value);
        if (kind == Layout.RE_TELL || kind == Layout.RE_DO) {
            receiver.ask(slot); // the result comes back to this loop
        } else {
            receiver.reply(slot);
        }
    }

    private void operand(int slot, int index, long value) {
        RawMemory.putLong(slots + slot * stride + Layout.REPLY + index * 8L, value);
    }

    /** The call's result: a value or a negative errno. */
    public void done(int slot, long value) {
        send(slot, Layout.RE_DONE, value);
    }

    /** The thread makes the call itself; nobody wants to know how it went. */
    public void here(int slot) {
        send(slot, Layout.RE_HERE, 0);
    }

    /** The thread makes the call itself and posts its result. */
    public void tell(int slot) {
        send(slot, Layout.RE_TELL, 0);
    }

    /** The thread makes another call and posts its result. */
    public void make(int slot, long nr, long a, long b, long c, long d, long e, long f) {
        operand(slot, 0, a);
        operand(slot, 1, b);
        operand(slot, 2, c);
        operand(slot, 3, d);
        operand(slot, 4, e);
        operand(slot, 5, f);
        send(slot, Layout.RE_DO, nr);
    }

    /** The new break, and Linux's own, which runs ahead of it; the memory between may need zeroing first. */
    public void heap(int slot, long now, long mapped, long dirty, long dirtyLength) {
        operand(slot, 2, mapped);
        if (dirtyLength > 0) {
            zero(slot, dirty, dirtyLength, now);
        } else {
            done(slot, now);
        }
    }

    /** The thread zeroes memory, then has its result. */
    public void zero(int slot, long address, long length, long value) {
        operand(slot, 0, address);
        operand(slot, 1, length);
        send(slot, Layout.RE_ZERO, value);
    }

    /** Writes four words where the thread can reach them while it waits; returns their address in its own memory. */
    public long scratch(int slot, long a, long b, long c, long d) {
        long at = slots + slot * stride + Layout.MASK; // in use only in calls that change a mask
        RawMemory.putLong(at, a);
        RawMemory.putLong(at + Long.BYTES, b);
        RawMemory.putLong(at + 2 * Long.BYTES, c);
        RawMemory.putLong(at + 3 * Long.BYTES, d);
        return Layout.RT_SHM + Layout.SLOT_BASE + slot * Layout.SLOT_SIZE + Layout.MASK;
    }

    /** Where on its stack the thread keeps the registers of the call that it waits for. Untrusted. */
    public long context(int slot) {
        return RawMemory.getLong(slots + slot * stride + Layout.CONTEXT);
    }

    /** The child that the thread is about to make is left to plain Linux. */
    public void plain(int slot) {
        send(slot, Layout.RE_PLAIN, 0);
    }
}
