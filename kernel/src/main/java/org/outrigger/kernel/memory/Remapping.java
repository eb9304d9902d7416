package org.outrigger.kernel.memory;

import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;

/** {@code mremap}: in place where the arena can, by Linux's own hand (which moves pages, not bytes) where it cannot. */
final class Remapping {
    private static final long KNOWN_FLAGS = Mman.MREMAP_MAYMOVE | Mman.MREMAP_FIXED | Mman.MREMAP_DONTUNMAP;

    private final Reply reply;
    private final Allocation allocation;
    private final Unmapping unmapping;
    private final MoveByCopy copies;
    private final Pending.Step moved = this::moved;

    Remapping(Reply reply, Allocation allocation, Unmapping unmapping, MoveByCopy copies) {
        this.copies = copies;
        this.reply = reply;
        this.allocation = allocation;
        this.unmapping = unmapping;
    }

    void mremap(AddressSpace space, Request request, Pending pending) {
        int slot = request.slot();
        long old = request.arg(0);
        long oldLength = MemoryCalls.roundUp(request.arg(1));
        long newLength = MemoryCalls.roundUp(request.arg(2));
        long flags = request.arg(3);
        Ranges ranges = space.arena().ranges();
        boolean strange = (flags & ~KNOWN_FLAGS) != 0 || (old & Mman.PAGE_SIZE - 1) != 0 || oldLength <= 0 || newLength <= 0
                || old + oldLength < old || old + newLength < old;
        if (strange) {
            reply.here(slot); // nothing that Linux would do: it finds the errno
        } else if (ranges.any(old, old + oldLength, Arena.FREE_SET)) {
            reply.done(slot, -Errno.EFAULT);
        } else if (flags <= Mman.MREMAP_MAYMOVE && !ranges.any(old, old + oldLength, ~(1 << Arena.USED))) {
            resize(space, slot, old, oldLength, newLength, flags, pending);
        } else {
            byLinux(space, slot, request, pending);
        }
    }

    private void resize(AddressSpace space, int slot, long old, long oldLength, long newLength, long flags, Pending pending) {
        if (newLength == oldLength) {
            reply.done(slot, old);
        } else if (newLength < oldLength) {
            unmapping.release(space, slot, old + newLength, old + oldLength, old, pending);
        } else if (!space.limited()
                && !space.arena().ranges().any(old + oldLength, old + newLength, ~Arena.FREE_SET)) {
            pending.second = 0;
            allocation.take(space, slot, old + oldLength, old + newLength, old, pending);
        } else if (flags == 0) {
            reply.done(slot, -Errno.ENOMEM);
        } else if (MoveByCopy.needed(space, old, oldLength)) {
            copies.begin(space, slot, old, oldLength, newLength, 0, pending);
        } else {
            tell(space, slot, old, oldLength, newLength, 0, pending);
        }
    }

    private void byLinux(AddressSpace space, int slot, Request request, Pending pending) {
        long flags = request.arg(3);
        if ((flags & Mman.MREMAP_FIXED) != 0) { // Linux unmaps what is there, free or not
            space.forget(request.arg(4), request.arg(4) + MemoryCalls.roundUp(request.arg(2)));
        }
        long old = request.arg(0);
        long oldLength = MemoryCalls.roundUp(request.arg(1));
        long newLength = MemoryCalls.roundUp(request.arg(2));
        boolean moves = (flags & Mman.MREMAP_FIXED) != 0 || newLength > oldLength;
        if (moves && (flags & ~(long) Mman.MREMAP_FIXED) == Mman.MREMAP_MAYMOVE && MoveByCopy.needed(space, old, oldLength)) {
            copies.begin(space, slot, old, oldLength, newLength, (flags & Mman.MREMAP_FIXED) != 0 ? request.arg(4) : 0, pending);
            return;
        }
        tell(space, slot, request.arg(0), MemoryCalls.roundUp(request.arg(1)), MemoryCalls.roundUp(request.arg(2)), flags,
                pending);
    }

    private void tell(AddressSpace space, int slot, long old, long oldLength, long newLength, long flags, Pending pending) {
        pending.first = old;
        pending.second = oldLength;
        pending.third = newLength;
        pending.fourth = flags & Mman.MREMAP_DONTUNMAP;
        pending.subject = space;
        pending.then(moved);
        reply.tell(slot);
    }

    private void moved(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        long old = pending.first;
        if (result >= 0 && pending.fourth != 0) {
            space.taint(old, old + pending.second);
        } else if (result == old) {
            space.taint(old, old + Math.min(pending.second, pending.third));
            space.forget(old + pending.third, old + pending.second);
        } else if (result >= 0) {
            space.forget(old, old + pending.second);
        }
        reply.done(slot, result);
    }
}
