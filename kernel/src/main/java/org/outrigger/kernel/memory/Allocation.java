package org.outrigger.kernel.memory;

import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;

/** {@code mmap}: pieces of the arena for anonymous private memory, and whatever is mapped at an address inside the window. */
final class Allocation {
    /** Larger requests are Linux's: they are few, and its overcommit heuristic must see them. */
    private static final long LARGEST = 1L << 30;
    /** Unknown memory is worth a look when that may make so large a part of its zone fresh again. */
    private static final int WORTH = 4;
    private static final long EXTENT_FLAGS = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_NORESERVE
            | Mman.MAP_FIXED_NOREPLACE;
    private static final long EXTENT_PROT = Mman.PROT_READ | Mman.PROT_WRITE;
    /** A process that uses less stays small. */
    private static final long WORTH_AHEAD = 64L << 20;
    /** Claims that may fail because something of the application's lies in the window. */
    private static final int ATTEMPTS = 4;

    private final Reply reply;
    private final boolean arenas;
    private final Inspection inspection;
    private final Clearing clearing;
    private final Elsewhere elsewhere;
    private final Unmapping unmapping;
    private final Pending.Step extentMapped = this::extentMapped;
    private final Pending.Step extentAdvised = this::extentAdvised;
    private final Pending.Step extentPlaced = this::extentPlaced;
    private final NodeDraw draw;
    private final Pending.Step cleared = this::cleared;
    private final Pending.Step populated = this::populated;
    private final Pending.Step replaced = this::replaced;
    private final PoolExtents pools;
    private final LargeRequests large;
    private final PoolExtents.After poolTried = this::poolTried;
    /** What extents are advised, and those that shall have small pages: -1 for nothing. */
    private final long advice;
    private final long plainAdvice;
    private final long populate;
    private final Ahead ahead;
    private final Pending.Step launched = this::launched;

    Allocation(Reply reply, Inspection inspection, Clearing clearing, Elsewhere elsewhere, NodeDraw draw, Unmapping unmapping,
               boolean arenas, MemoryPlan plan, HugePools huge, Ahead ahead) {
        this.draw = draw;
        this.unmapping = unmapping;
        this.elsewhere = elsewhere;
        boolean guess = plan.pageFault() == MemoryPlan.PageFault.DEMAND && plan.pages() != PageSize.SMALL && !plan.limited()
                && !huge.never();
        this.ahead = guess ? ahead : Ahead.NEVER;
        pools = new PoolExtents(reply, huge, plan);
        advice = advice(plan, huge);
        plainAdvice = huge.always() ? Mman.MADV_NOHUGEPAGE : -1;
        populate = plan.pageFault() == MemoryPlan.PageFault.DEMAND ? 0 : Mman.MAP_POPULATE;
        large = new LargeRequests(reply, pools, advice, populate != 0);
        this.reply = reply;
        this.inspection = inspection;
        this.clearing = clearing;
        this.arenas = arenas;
    }

    /** What ordinary memory for large pieces is advised, -1 for nothing. */
    static long advice(MemoryPlan plan, HugePools huge) {
        if (huge.never()) {
            return -1;
        }
        return plan.pages() != PageSize.SMALL ? Mman.MADV_HUGEPAGE : huge.always() ? Mman.MADV_NOHUGEPAGE : -1;
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
        } else if (!arenas || space.limited() || length <= 0) {
            leave(space, slot, length, pending);
        } else if (length > LARGEST && (!space.accounted() || large.advises(request))) {
            large(space, request, length, pending);
        } else if (length > LARGEST) {
            leave(space, slot, length, pending);
        } else {
            pending.first = length;
            pending.second = flags & Mman.MAP_POPULATE | populate;
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

    /** Memory beside the arena, which this will not be given: what is kept there would be resident for nothing. */
    private void large(AddressSpace space, Request request, long length, Pending pending) {
        if (large.advises(request) && unmapping.keepsMuch(space)) {
            Request again = request.copy();
            unmapping.drop(space, request.slot(), Layout.ARENA_BASE, pending,
                    (slot, notes, result) -> large.mmap(space, again, length, notes));
        } else {
            large.mmap(space, request, length, pending);
        }
    }

    private void allocate(AddressSpace space, int slot, Pending pending) {
        long length = pending.first;
        long start = place(space, length);
        if (start == 0) {
            grow(space, slot, pending);
        } else {
            take(space, slot, start, start + length, start, pending);
        }
    }

    /** A free place, or 0: memory that was never touched for what will not be touched, what was used last for what will. */
    private long place(AddressSpace space, long length) {
        Arena arena = space.arena();
        SizeClass kind = arena.sizeClass(length);
        boolean fresh = inspection.reaches(space, length) && kind.wantsFresh();
        if (pools.serve(space, length) && !(fresh && kind.reuses())) {
            long start = arena.findPool(length, kind.untouched());
            if (start == 0 && !kind.untouched()) {
                start = arena.again(kind, length);
            }
            if (start == 0 && !kind.untouched()) {
                start = arena.findSoon(length);
            }
            if (start != 0 || !kind.untouched() && pools.mayGrow(space, length) && !space.forking()) {
                return start;
            }
        }
        if (fresh) {
            long start = fresh(space, length);
            if (start != 0) {
                kind.gaveFresh(start);
                return start;
            }
        }
        long start = arena.again(kind, length);
        if (start == 0) {
            start = arena.findSoon(length);
        }
        if (start == 0) {
            start = fresh(space, length);
        }
        return start == 0 ? arena.find(length) : start;
    }

    private long fresh(AddressSpace space, long length) {
        Arena arena = space.arena();
        long start = arena.fresh(length);
        if (start == 0 && arena.unknownPart(length) * WORTH > arena.zoneBytes(length)) {
            inspection.settleAll(space, length);
            start = arena.fresh(length);
        }
        return start;
    }

    /** Hands out a free range, zeroed where it may be anything else; {@code value} is the call's result. */
    void take(AddressSpace space, int slot, long start, long end, long value, Pending pending) {
        Arena arena = space.arena();
        boolean clean = !arena.ranges().any(start, end, Arena.KEPT_SET);
        if (!clean) {
            clearing.planArena(space, arena.sizeClass(end - start), start, end);
        }
        space.use(start, end);
        if (space.accounted()) {
            space.settle(pending);
        }
        space.countServed();
        if (clean && end - start >= Arena.HUGE && arena.used() >= WORTH_AHEAD && arena.sizeClass(end - start).reuses()
                && arena.ranges().at(end) == Arena.CLEAN) {
            ahead.populate(space.owner(), end);
        }
        if (pending.second != 0) {
            populate(slot, start, end, value, clean || clearing.idle(), pending);
        } else if (clean) {
            pending.first = start;
            pending.second = end;
            pending.fourth = value;
            pending.subject = space;
            unmapping.dropExcess(space, slot, pending); // what is kept elsewhere may be too much beside it
        } else {
            clearing.clear(slot, value, pending);
        }
    }

    /** Clears and populates: what is worth dropping is dropped first, what is not is zeroed at the end. */
    private void populate(int slot, long start, long end, long value, boolean clean, Pending pending) {
        boolean drop = !clean && clearing.drops();
        pending.first = start;
        pending.second = end;
        pending.third = clean ? 0 : clearing.start();
        pending.fourth = value;
        pending.fifth = clean ? 0 : clearing.length();
        if (drop) {
            pending.then(cleared);
            reply.make(slot, Nr.MADVISE, clearing.start(), clearing.length(), Mman.MADV_DONTNEED, 0, 0, 0);
        } else {
            populate(slot, pending);
        }
    }

    private void populate(int slot, Pending pending) {
        pending.then(populated);
        reply.make(slot, Nr.MADVISE, pending.first, pending.second - pending.first, Mman.MADV_POPULATE_WRITE, 0, 0, 0);
    }

    private void cleared(int slot, Pending pending, long result) {
        if (result == 0) { // locked memory is not dropped
            pending.fifth = 0;
        }
        populate(slot, pending);
    }

    private void populated(int slot, Pending pending, long result) {
        if (pending.fifth > 0) { // as under Linux, pages that could not be populated are no error
            reply.zero(slot, pending.third, pending.fifth, pending.fourth);
        } else {
            reply.done(slot, pending.fourth);
        }
    }

    private void grow(AddressSpace space, int slot, Pending pending) {
        boolean pool = !space.arena().sizeClass(pending.first).untouched() && pools.mayGrow(space, pending.first);
        if (pool && !space.forking() && pools.grow(space, slot, true, poolTried, pending)) {
            return;
        }
        long size = draw.extent(space, pending.first);
        long address = pending.third-- > 0 ? space.arena().claim(pending.first, size) : 0;
        if (address == 0) {
            SizeClass kind = space.arena().sizeClass(pending.first);
            if (kind.wantsPlain()) {
                kind.withoutPlain();
                allocate(space, slot, pending);
            } else {
                leave(space, slot, pending.first, pending);
            }
            return;
        }
        pending.fourth = address;
        pending.fifth = size;
        pending.then(extentMapped);
        reply.make(slot, Nr.MMAP, address, size, EXTENT_PROT, EXTENT_FLAGS, -1, 0);
    }

    /** With an extent or without one: the search for a place begins anew. */
    private void poolTried(AddressSpace space, int slot, Pending pending, long address) {
        if (address != 0) {
            space.launchBytes(0);
        }
        allocate(space, slot, pending);
    }

    private void extentMapped(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        if (result == -Errno.EEXIST) {
            grow(space, slot, pending);
        } else if (result != pending.fourth) {
            leave(space, slot, pending.first, pending); // Linux finds the errno
        } else {
            long wanted = Arena.plain(result) ? plainAdvice : space.arena().worthHuge(result) ? advice : -1;
            if (wanted >= 0) {
                pending.then(extentAdvised);
                reply.make(slot, Nr.MADVISE, result, pending.fifth, wanted, 0, 0, 0);
            } else {
                extentAdvised(slot, pending, 0);
            }
        }
    }

    private void extentAdvised(int slot, Pending pending, long result) {
        if (result < 0) {
            ((AddressSpace) pending.subject).poolUse().fallShort(Shortfall.NO_TRANSPARENT);
        }
        if (draw.draws((AddressSpace) pending.subject)) {
            draw.place(slot, pending.fourth, pending.fifth, pending, extentPlaced);
        } else {
            extentPlaced(slot, pending, 0);
        }
    }

    private void extentPlaced(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        long launch = Math.min(space.launchBytes(), pending.fifth);
        if (launch > 0 && pending.first >= Arena.HUGE && !Arena.plain(pending.fourth)) { // the lowest places are found first
            space.launchBytes(0);
            pending.then(launched);
            reply.make(slot, Nr.MADVISE, pending.fourth, launch, Mman.MADV_POPULATE_WRITE, 0, 0, 0);
        } else {
            launched(slot, pending, 0);
        }
    }

    private void launched(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        space.arena().extend(pending.fourth, pending.fifth);
        allocate(space, slot, pending);
    }

    /** Leaves private memory to Linux. */
    private void leave(AddressSpace space, int slot, long length, Pending pending) {
        if (space.accounted()) {
            elsewhere.map(space, slot, length, Commitment.PRIVATE, pending);
        } else {
            reply.here(slot);
        }
    }

    private void replaced(int slot, Pending pending, long result) {
        reply.done(slot, result);
    }

    private void leave(AddressSpace space, int slot, Request request, Pending pending) {
        if (space.accounted()) {
            elsewhere.map(space, request, pending);
        } else {
            reply.here(slot);
        }
    }

    private void fixed(AddressSpace space, Request request, Pending pending) {
        int slot = request.slot();
        long start = request.arg(0);
        long end = start + MemoryCalls.roundUp(request.arg(1));
        Ranges ranges = space.arena().ranges();
        if ((start & Mman.PAGE_SIZE - 1) != 0 || end <= start || !ranges.any(start, end, Arena.FREE_SET | Arena.USED_SET)) {
            leave(space, slot, request, pending);
            return;
        }
        boolean replace = (request.arg(3) & Mman.MAP_FIXED_NOREPLACE) == 0;
        if (!replace && ranges.any(start, end, ~Arena.FREE_SET)) {
            // Something is mapped there: the arena's, or Linux knows better.
            if (ranges.any(start, end, Arena.USED_SET)) {
                reply.done(slot, -Errno.EEXIST);
            } else {
                leave(space, slot, request, pending);
            }
            return;
        }
        if (space.accounted()) { // what is replaced stays charged, so that nobody else gets it meanwhile
            space.commitment().hold(pending, Limits.charged(space, start, end));
        }
        space.forget(start, end);
        if (replace) {
            leave(space, slot, request, pending);
            return;
        }
        if (space.accounted()) {
            elsewhere.note(space, request, pending);
        } else {
            pending.then(replaced);
        }
        long flags = request.arg(3) & ~(long) Mman.MAP_FIXED_NOREPLACE | Mman.MAP_FIXED; // the place is free to the application
        reply.make(slot, Nr.MMAP, start, request.arg(1), request.arg(2), flags, request.arg(4), request.arg(5));
    }
}
