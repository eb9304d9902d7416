package org.outrigger.kernel.memory;

import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;

/**
 * {@code brk}. Linux's break runs ahead of the application's in large steps, and does not follow it down; what the application
 * gets anew is zeroed. Source: {@code brk(2)}; the kernel's call answers the break, changed or not.
 */
final class Heap {
    private final Reply reply;
    private final Clearing clearing;
    /** Bytes by which Linux's break runs ahead. */
    private final long step;
    private final Pending.Step dropped = this::dropped;
    private final Pending.Step stepped = this::stepped;
    private final Pending.Step grown = this::grown;
    private final Pending.Step here = this::here;

    Heap(Reply reply, Clearing clearing, MemoryPlan plan) {
        step = plan.heapStep();
        this.reply = reply;
        this.clearing = clearing;
    }

    void brk(AddressSpace space, int slot, long wanted, Pending pending) {
        if (Long.compareUnsigned(wanted, space.breakStart()) < 0) {
            answer(space, slot);
            return;
        }
        pending.first = wanted;
        pending.subject = space;
        if (space.limited() || space.heapPlain()) {
            pending.then(grown);
            reply.make(slot, Nr.BRK, wanted, 0, 0, 0, 0, 0);
        } else if (Long.compareUnsigned(wanted, space.breakMapped()) <= 0) {
            space.countServed();
            move(space, slot, wanted, pending);
        } else {
            pending.then(stepped);
            reply.make(slot, Nr.BRK, MemoryCalls.roundUp(wanted) + step, 0, 0, 0, 0, 0);
        }
    }

    private void move(AddressSpace space, int slot, long wanted, Pending pending) {
        // As under Linux whole pages come and go: the page that the break stands in keeps its content.
        long before = MemoryCalls.roundUp(space.breakNow());
        long dirty = Math.min(MemoryCalls.roundUp(wanted), space.breakDirty());
        if (before >= dirty) {
            setBreak(space, wanted, pending);
            reply.heap(slot, wanted, space.breakMapped(), 0, 0);
            return;
        }
        clearing.planHeap(space, before, dirty);
        setBreak(space, wanted, pending);
        if (!clearing.idle() && clearing.drops()) {
            pending.first = clearing.start();
            pending.second = clearing.length();
            pending.fourth = wanted;
            pending.subject = space;
            pending.then(dropped);
            reply.make(slot, Nr.MADVISE, clearing.start(), clearing.length(), Mman.MADV_DONTNEED, 0, 0, 0);
        } else {
            reply.heap(slot, wanted, space.breakMapped(), clearing.start(), clearing.length());
        }
    }

    private static void setBreak(AddressSpace space, long wanted, Pending pending) {
        space.setBreak(wanted, space.breakMapped());
        if (space.accounted()) {
            space.settle(pending);
        }
    }

    private void dropped(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        long rest = result < 0 ? pending.second : 0; // locked memory is not dropped
        reply.heap(slot, pending.fourth, space.breakMapped(), pending.first, rest);
    }

    private void answer(AddressSpace space, int slot) {
        reply.heap(slot, space.breakNow(), space.breakMapped(), 0, 0);
    }

    private void stepped(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        if (Long.compareUnsigned(result, pending.first) >= 0) {
            space.setBreak(space.breakNow(), result);
            move(space, slot, pending.first, pending);
        } else { // no room for the whole step
            pending.then(grown);
            reply.make(slot, Nr.BRK, pending.first, 0, 0, 0, 0, 0);
        }
    }

    private void grown(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        if (result == pending.first) {
            space.setBreak(space.breakNow(), result);
            move(space, slot, result, pending);
        } else {
            answer(space, slot);
        }
    }

    /** Whether the range touches the heap as Linux has mapped it. */
    static boolean touches(AddressSpace space, long start, long end) {
        return start < space.breakMapped() && end > (space.breakStart() & -Mman.PAGE_SIZE);
    }

    /** Whether the range touches what Linux has mapped and the application does not know of. */
    static boolean touchesSpare(AddressSpace space, long start, long end) {
        return start < space.breakMapped() && end > MemoryCalls.roundUp(space.breakNow());
    }

    /** Takes Linux's break back to the application's, then goes on with {@code after}. */
    void trim(AddressSpace space, int slot, Pending pending, Pending.Step after) {
        pending.subject = space;
        pending.then((itsSlot, itsPending, result) -> {
            if (result == space.breakNow()) {
                space.setBreak(result, result);
            }
            after.resume(itsSlot, itsPending, result);
        });
        reply.make(slot, Nr.BRK, space.breakNow(), 0, 0, 0, 0, 0);
    }

    /** The same, then has the thread make its call. */
    void trimThenHere(AddressSpace space, int slot, Pending pending) {
        trim(space, slot, pending, here);
    }

    private void here(int slot, Pending pending, long result) {
        reply.here(slot);
    }
}
