package org.outrigger.kernel.memory;

import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;

/** {@code munmap}, and giving free memory back to Linux. */
final class Unmapping {
    /** Pieces up to this size keep their pages for the next request; larger ones give them back first. */
    private static final long KEEP = 1L << 20;
    /** The highest address that a process may map. */
    private static final long TASK_SIZE = 0x7fff_ffff_f000L;

    private final Reply reply;
    private final Pending.Step dropped = this::dropped;
    private final Pending.Step unmapped = this::unmapped;
    private final Heap heap;

    Unmapping(Reply reply, Heap heap) {
        this.reply = reply;
        this.heap = heap;
    }

    void munmap(AddressSpace space, int slot, long start, long bytes, Pending pending) {
        long length = MemoryCalls.roundUp(bytes);
        if ((start & Mman.PAGE_SIZE - 1) != 0 || length <= 0 || start < 0 || start > TASK_SIZE - length) {
            reply.done(slot, -Errno.EINVAL);
            return;
        }
        release(space, slot, start, start + length, 0, pending);
    }

    /** Unmaps a range for the application, then answers {@code value}. */
    void release(AddressSpace space, int slot, long start, long end, long value, Pending pending) {
        Ranges ranges = space.arena().ranges();
        pending.first = start;
        pending.second = end;
        pending.fourth = value;
        pending.subject = space;
        if (!ranges.any(start, end, ~(1 << Arena.USED))) {
            if (end - start <= KEEP) {
                space.arena().release(start, end, Arena.DIRTY);
                space.countServed();
                reply.done(slot, value);
            } else { // still used until its pages are gone: nobody else may get it before
                pending.then(dropped);
                reply.make(slot, Nr.MADVISE, start, end - start, Mman.MADV_DONTNEED, 0, 0, 0);
            }
        } else if (!ranges.any(start, end, ~Arena.FREE_SET)) {
            reply.done(slot, value); // nothing there that the application could know of
        } else {
            space.forget(start, end);
            pending.then(unmapped);
            reply.make(slot, Nr.MUNMAP, start, end - start, 0, 0, 0, 0);
        }
    }

    private void dropped(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        if (space.arena().ranges().any(pending.first, pending.second, ~(1 << Arena.USED))) {
            release(space, slot, pending.first, pending.second, pending.fourth, pending); // another thread got in between
            return;
        }
        space.arena().release(pending.first, pending.second, result == 0 ? Arena.CLEAN : Arena.DIRTY);
        space.countServed();
        reply.done(slot, pending.fourth);
    }

    private void unmapped(int slot, Pending pending, long result) {
        reply.done(slot, result < 0 ? result : pending.fourth);
    }

    /** Gives all free memory and the unused end of the heap back to Linux, then goes on with {@code after}. */
    void trim(AddressSpace space, int slot, Pending pending, Pending.Step after) {
        Ranges ranges = space.arena().ranges();
        pending.subject = space;
        for (int i = 0; i < ranges.size(); i++) {
            if ((Arena.FREE_SET & 1 << ranges.tag(i)) != 0) {
                long start = ranges.from(i);
                long end = ranges.to(i);
                space.forget(start, end);
                pending.then((itsSlot, itsPending, result) -> trim(space, itsSlot, itsPending, after));
                reply.make(slot, Nr.MUNMAP, start, end - start, 0, 0, 0, 0);
                return;
            }
        }
        heap.trim(space, slot, pending, after);
    }
}
