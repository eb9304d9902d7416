package org.outrigger.kernel.memory;

import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;

/** {@code munmap}, and giving free memory back to Linux. */
final class Unmapping {
    /** Bytes that free memory may keep beyond what was once in use: with what is rounded up to huge pages, 64 MiB. */
    private static final long SLACK = 48L << 20;
    /** Pieces of more are not kept beside one that is given only to learn from it. */
    private static final long WEIGHTY = SLACK / 2;
    /** The highest address that a process may map. */
    private static final long TASK_SIZE = 0x7fff_ffff_f000L;

    private final Reply reply;
    private final Pending.Step dropped = this::dropped;
    private final Pending.Step excessDropped = this::excessDropped;
    private final Pending.Step unmapped = this::unmapped;
    private final Heap heap;
    private final Inspection inspection;

    Unmapping(Reply reply, Heap heap, Inspection inspection) {
        this.reply = reply;
        this.inspection = inspection;
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
        if (!space.limited() && !ranges.any(start, end, ~(1 << Arena.USED))) {
            if (keep(space, start, end)) {
                space.settle();
                space.countServed();
                dropExcess(space, slot, pending);
            } else { // still used until its pages are gone: nobody else may get it before
                pending.then(dropped);
                reply.make(slot, Nr.MADVISE, start, end - start, Mman.MADV_DONTNEED, 0, 0, 0);
            }
        } else if (!ranges.any(start, end, ~Arena.FREE_SET)) {
            reply.done(slot, value); // nothing there that the application could know of
        } else {
            pending.fifth = space.accounted() && space.commitment().bytes(start, end) == end - start ? 1 : 0;
            unmap(space, slot, start, end, pending);
        }
    }

    /**
     * Linux unmaps a range. Pages from a pool go whole: what of the outermost ones lies outside goes too where nobody uses it,
     * else the part inside is kept.
     */
    private void unmap(AddressSpace space, int slot, long start, long end, Pending pending) {
        PoolBooks pool = space.arena().pool();
        long from = pool.pageStart(start);
        long to = pool.pageEnd(end);
        if (space.arena().ranges().any(from, start, Arena.USED_SET)) {
            from = Math.min(end, pool.pageEnd(start + 1));
            space.arena().release(start, from, Arena.DIRTY);
        }
        if (from < to && space.arena().ranges().any(end, to, Arena.USED_SET)) {
            to = Math.max(from, pool.pageStart(end - 1));
            space.arena().release(to, end, Arena.DIRTY);
        }
        if (from >= to) {
            reply.done(slot, pending.fourth);
            return;
        }
        boolean pooled = pool.covers(from, to);
        space.forget(from, to);
        space.settle();
        if (pooled) {
            space.arena().vacate(from, to);
        }
        pending.then(unmapped);
        reply.make(slot, Nr.MUNMAP, from, to - from, 0, 0, 0, 0);
    }

    /** Takes a piece back with the pages that it has; false if they must go first. */
    private boolean keep(AddressSpace space, long start, long end) {
        long length = end - start;
        Arena arena = space.arena();
        SizeClass kind = arena.sizeClass(length);
        if (arena.pool().touches(start, end)) { // reserved, whether it is touched or not
            if (!kind.reuses() && inspection.settle(space, start, end)) {
                kind.learn(inspection.present(), length);
            } else {
                arena.release(start, end, Arena.DIRTY);
            }
            kind.shelve(start, end);
            return true;
        }
        if (space.policies().differ()) {
            return false;
        }
        boolean sees = inspection.reaches(space, length);
        if (sees && kind.sampleDue(start) && inspection.settle(space, start, end)) {
            kind.learn(inspection.present(), length);
            if (inspection.present() == 0) {
                arena.rewind(start);
                return true;
            }
            if (Arena.plain(start) && !kind.sparse()) { // the next pieces are on huge pages again
                arena.use(start, end);
                return false;
            }
        } else if (sees && !kind.reuses()) {
            arena.release(start, end, Arena.UNKNOWN);
            if (inspection.settleWhenMuch(space, length) && arena.ranges().any(start, end, 1 << Arena.DIRTY)) {
                kind.learn(arena.dirtyBytes(start, end), length);
            }
        } else if (sees ? length > WEIGHTY && kind.exploresNext() : length > Clearing.UNSEEN) {
            return false;
        } else {
            arena.release(start, end, Arena.DIRTY);
        }
        kind.shelve(start, end);
        return true;
    }

    /** Whether what is kept is much for a program that is about to take other memory instead. */
    boolean keepsMuch(AddressSpace space) {
        return space.arena().ranges().bytes(Arena.DIRTY) > SLACK;
    }

    /** Answers the call, but has kept pages dropped first as long as they are too many: the largest stretch of others. */
    void dropExcess(AddressSpace space, int slot, Pending pending) {
        Arena arena = space.arena();
        boolean pressed = space.commitment().pressed() && arena.ranges().bytes(Arena.DIRTY) > 0;
        if (arena.within(SLACK) && !pressed) {
            reply.done(slot, pending.fourth);
            return;
        }
        long start = arena.largestDirty(pending.first, pending.second);
        long end = arena.dirtyEnd(start, pending.first);
        dropping(space, start, end);
        pending.third = start;
        pending.fifth = end;
        pending.then(excessDropped);
        reply.make(slot, Nr.MADVISE, start, end - start, Mman.MADV_DONTNEED, 0, 0, 0);
    }

    private void excessDropped(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        long start = pending.third;
        long end = pending.fifth;
        if (dropped(space, start, end, result)) {
            space.settle();
            dropExcess(space, slot, pending);
        } else {
            reply.done(slot, pending.fourth);
        }
    }

    private void dropped(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        if (space.arena().ranges().any(pending.first, pending.second, ~(1 << Arena.USED))) {
            release(space, slot, pending.first, pending.second, pending.fourth, pending); // another thread got in between
            return;
        }
        space.arena().release(pending.first, pending.second, result == 0 ? Arena.CLEAN : Arena.DIRTY);
        space.settle();
        space.countServed();
        reply.done(slot, pending.fourth);
    }

    private void unmapped(int slot, Pending pending, long result) {
        if (result < 0 && pending.fifth != 0) {
            AddressSpace space = (AddressSpace) pending.subject;
            space.book(pending.first, pending.second, Commitment.PRIVATE);
            space.settle();
        }
        reply.done(slot, result < 0 ? result : pending.fourth);
    }

    /** Nobody may get a free range before its pages are gone; a child that is being forked never does. */
    private static void dropping(AddressSpace space, long start, long end) {
        space.forget(start, end);
        space.arena().release(start, end, Arena.DROPPING);
    }

    /** Linux was asked to drop a range's pages: whether it has, and the application has done nothing to the range meanwhile. */
    private static boolean dropped(AddressSpace space, long start, long end, long result) {
        boolean same = !space.arena().ranges().any(start, end, ~(1 << Arena.DROPPING));
        if (same) {
            space.arena().release(start, end, result == 0 ? Arena.CLEAN : Arena.DIRTY);
        }
        return same && result == 0;
    }

    /**
     * Takes the pages from all free memory from {@code from} on, for whoever needs the room, then goes on with {@code after}.
     * What is from a pool stays: it would lose its reservation.
     */
    void drop(AddressSpace space, int slot, long from, Pending pending, Pending.Step after) {
        Ranges ranges = space.arena().ranges();
        int kept = Arena.KEPT_SET & ~Arena.POOL_SET;
        long start = ranges.firstOf(from, Layout.ARENA_END, kept);
        if (start == Layout.ARENA_END) {
            after.resume(slot, pending, 0);
            return;
        }
        long end = ranges.firstOf(start, Layout.ARENA_END, ~kept);
        dropping(space, start, end);
        pending.then((itsSlot, itsPending, result) -> {
            dropped(space, start, end, result);
            drop(space, itsSlot, end, itsPending, after);
        });
        reply.make(slot, Nr.MADVISE, start, end - start, Mman.MADV_DONTNEED, 0, 0, 0);
    }

    /** Gives all free memory and the unused end of the heap back to Linux, then goes on with {@code after}. */
    void trim(AddressSpace space, int slot, Pending pending, Pending.Step after) {
        Ranges ranges = space.arena().ranges();
        pending.subject = space;
        for (int i = 0; i < ranges.size(); i++) {
            if ((Arena.FREE_SET & 1 << ranges.tag(i)) != 0) {
                PoolBooks pool = space.arena().pool();
                long start = pool.pageStart(ranges.from(i)) == ranges.from(i) ? ranges.from(i) : pool.pageEnd(ranges.from(i) + 1);
                long end = pool.pageEnd(ranges.to(i)) == ranges.to(i) ? ranges.to(i) : pool.pageStart(ranges.to(i) - 1);
                if (start >= end) {
                    continue; // a part of a page
                }
                space.forget(start, end);
                pending.then((itsSlot, itsPending, result) -> trim(space, itsSlot, itsPending, after));
                reply.make(slot, Nr.MUNMAP, start, end - start, 0, 0, 0, 0);
                return;
            }
        }
        heap.trim(space, slot, pending, after);
    }
}
