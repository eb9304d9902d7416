package org.outrigger.kernel.memory;

import org.outrigger.abi.Nr;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;

/**
 * {@code brk}. Linux's break runs ahead of the application's in large steps, and does not follow it down; what the application
 * gets anew is zeroed. Source: {@code brk(2)}; the kernel's call answers the break, changed or not.
 */
final class Heap {
    /** Bytes by which Linux's break runs ahead. */
    private static final long STEP = 4L << 20;

    private final Reply reply;
    private final Pending.Step stepped = this::stepped;
    private final Pending.Step grown = this::grown;
    private final Pending.Step trimmed = this::trimmed;

    Heap(Reply reply) {
        this.reply = reply;
    }

    void brk(AddressSpace space, int slot, long wanted, Pending pending) {
        if (Long.compareUnsigned(wanted, space.breakStart()) < 0) {
            reply.done(slot, space.breakNow());
            return;
        }
        pending.first = wanted;
        pending.subject = space;
        if (space.limited()) {
            pending.then(grown);
            reply.make(slot, Nr.BRK, wanted, 0, 0, 0, 0, 0);
        } else if (Long.compareUnsigned(wanted, space.breakMapped()) <= 0) {
            space.countServed();
            move(space, slot, wanted);
        } else {
            pending.then(stepped);
            reply.make(slot, Nr.BRK, MemoryCalls.roundUp(wanted) + STEP, 0, 0, 0, 0, 0);
        }
    }

    private void move(AddressSpace space, int slot, long wanted) {
        long before = space.breakNow();
        long dirty = Math.min(wanted, space.breakDirty());
        space.setBreak(wanted, space.breakMapped());
        if (dirty > before) {
            reply.zero(slot, before, dirty - before, wanted);
        } else {
            reply.done(slot, wanted);
        }
    }

    private void stepped(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        if (Long.compareUnsigned(result, pending.first) >= 0) {
            space.setBreak(space.breakNow(), result);
            move(space, slot, pending.first);
        } else { // no room for the whole step
            pending.then(grown);
            reply.make(slot, Nr.BRK, pending.first, 0, 0, 0, 0, 0);
        }
    }

    private void grown(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        if (result == pending.first) {
            space.setBreak(space.breakNow(), result);
            move(space, slot, result);
        } else {
            reply.done(slot, space.breakNow());
        }
    }

    /** Takes Linux's break back to the application's, then answers 0. */
    void trim(AddressSpace space, int slot, Pending pending) {
        pending.then(trimmed);
        reply.make(slot, Nr.BRK, space.breakNow(), 0, 0, 0, 0, 0);
    }

    private void trimmed(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        if (result == space.breakNow()) {
            space.setBreak(result, result);
        }
        reply.done(slot, 0);
    }
}
