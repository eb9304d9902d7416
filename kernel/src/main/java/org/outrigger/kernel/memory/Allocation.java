package org.outrigger.kernel.memory;

import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;

/** {@code mmap}: pieces of the arena for anonymous private memory, and whatever is mapped at an address inside the window. */
final class Allocation {
    /** Larger requests are Linux's: they are few, and its overcommit heuristic must see them. */
    private static final long LARGEST = 1L << 30;
    /** Above this, dropping dirty pages is cheaper than clearing them. */
    private static final long ZERO_BY_HAND = 1L << 20;
    private static final long EXTENT_FLAGS = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_NORESERVE
            | Mman.MAP_FIXED_NOREPLACE;
    private static final long EXTENT_PROT = Mman.PROT_READ | Mman.PROT_WRITE;
    /** Claims that may fail because something of the application's lies in the window. */
    private static final int ATTEMPTS = 4;

    private final Reply reply;
    private final boolean arenas;
    private final Pending.Step extentMapped = this::extentMapped;
    private final Pending.Step extentAdvised = this::extentAdvised;
    private final Pending.Step cleared = this::cleared;
    private final Pending.Step populated = this::populated;
    private final Pending.Step replaced = this::replaced;

    Allocation(Reply reply, boolean arenas) {
        this.reply = reply;
        this.arenas = arenas;
    }

    void mmap(AddressSpace space, Request request, Pending pending) {
        int slot = request.slot();
        long flags = request.arg(3);
        if ((flags & (Mman.MAP_FIXED | Mman.MAP_FIXED_NOREPLACE)) != 0) {
            fixed(space, request, pending);
            return;
        }
        long length = MemoryCalls.roundUp(request.arg(1));
        if (request.arg(1) == 0) {
            reply.done(slot, -Errno.EINVAL);
        } else if (!arenas || space.limited() || length <= 0 || length > LARGEST) {
            reply.here(slot);
        } else {
            pending.first = length;
            pending.second = flags & Mman.MAP_POPULATE;
            pending.third = ATTEMPTS;
            pending.subject = space;
            long hint = request.arg(0) & -Mman.PAGE_SIZE;
            if (hint != 0 && !space.arena().ranges().any(hint, hint + length, ~Arena.FREE_SET)) {
                take(space, slot, hint, hint + length, hint, pending);
            } else {
                allocate(space, slot, pending);
            }
        }
    }

    private void allocate(AddressSpace space, int slot, Pending pending) {
        long length = pending.first;
        long start = space.arena().find(length);
        if (start == 0) {
            grow(space, slot, pending);
            return;
        }
        take(space, slot, start, start + length, start, pending);
    }

    /** Hands out a free range, zeroed where it is dirty; {@code value} is the call's result. */
    void take(AddressSpace space, int slot, long start, long end, long value, Pending pending) {
        Ranges ranges = space.arena().ranges();
        long dirty = ranges.firstOf(start, end, 1 << Arena.DIRTY);
        long clean = dirty; // end of the last dirty piece
        for (long at = dirty; at < end; at = ranges.firstOf(clean, end, 1 << Arena.DIRTY)) {
            clean = ranges.firstOf(at, end, ~(1 << Arena.DIRTY));
        }
        space.use(start, end);
        space.countServed();
        pending.fourth = value;
        if (clean - dirty > ZERO_BY_HAND || pending.second != 0) {
            pending.first = end - dirty;
            pending.second = pending.second == 0 ? 0 : end - start;
            pending.third = dirty;
            pending.then(cleared);
            reply.make(slot, Nr.MADVISE, dirty, clean - dirty, Mman.MADV_DONTNEED, 0, 0, 0);
        } else if (dirty < end) {
            reply.zero(slot, dirty, clean - dirty, value);
        } else {
            reply.done(slot, value);
        }
    }

    private void cleared(int slot, Pending pending, long result) {
        if (result < 0) { // locked memory is not dropped
            reply.zero(slot, pending.third, pending.first, pending.fourth);
        } else if (pending.second != 0) {
            pending.then(populated);
            reply.make(slot, Nr.MADVISE, pending.fourth, pending.second, Mman.MADV_POPULATE_WRITE, 0, 0, 0);
        } else {
            reply.done(slot, pending.fourth);
        }
    }

    private void populated(int slot, Pending pending, long result) {
        reply.done(slot, pending.fourth); // as under Linux, pages that could not be populated are no error
    }

    private void grow(AddressSpace space, int slot, Pending pending) {
        long size = Arena.extentFor(pending.first);
        long address = pending.third-- > 0 ? space.arena().claim(size) : 0;
        if (address == 0) {
            reply.here(slot);
            return;
        }
        pending.fourth = address;
        pending.then(extentMapped);
        reply.make(slot, Nr.MMAP, address, size, EXTENT_PROT, EXTENT_FLAGS, -1, 0);
    }

    private void extentMapped(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        if (result == -Errno.EEXIST) {
            grow(space, slot, pending);
        } else if (result != pending.fourth) {
            reply.here(slot); // Linux finds the errno
        } else if (space.arena().extents() > 0 || pending.first >= Arena.HUGE) {
            // A process that never leaves its first extent stays small; one that does is worth huge pages.
            pending.then(extentAdvised);
            reply.make(slot, Nr.MADVISE, result, Arena.extentFor(pending.first), Mman.MADV_HUGEPAGE, 0, 0, 0);
        } else {
            extentAdvised(slot, pending, 0);
        }
    }

    private void extentAdvised(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        space.arena().extend(pending.fourth, Arena.extentFor(pending.first));
        allocate(space, slot, pending);
    }

    private void replaced(int slot, Pending pending, long result) {
        reply.done(slot, result);
    }

    private void fixed(AddressSpace space, Request request, Pending pending) {
        int slot = request.slot();
        long start = request.arg(0);
        long end = start + MemoryCalls.roundUp(request.arg(1));
        Ranges ranges = space.arena().ranges();
        if ((start & Mman.PAGE_SIZE - 1) != 0 || end <= start || !ranges.any(start, end, Arena.FREE_SET | Arena.USED_SET)) {
            reply.here(slot);
            return;
        }
        boolean replace = (request.arg(3) & Mman.MAP_FIXED_NOREPLACE) == 0;
        if (!replace && ranges.any(start, end, ~Arena.FREE_SET)) {
            // Something is mapped there: the arena's, or Linux knows better.
            if (ranges.any(start, end, Arena.USED_SET)) {
                reply.done(slot, -Errno.EEXIST);
            } else {
                reply.here(slot);
            }
            return;
        }
        space.forget(start, end);
        if (replace) {
            reply.here(slot);
            return;
        }
        pending.then(replaced);
        long flags = request.arg(3) & ~(long) Mman.MAP_FIXED_NOREPLACE | Mman.MAP_FIXED; // the place is free to the application
        reply.make(slot, Nr.MMAP, start, request.arg(1), request.arg(2), flags, request.arg(4), request.arg(5));
    }
}
