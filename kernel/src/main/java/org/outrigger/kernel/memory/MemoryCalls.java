package org.outrigger.kernel.memory;

import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;
import org.outrigger.host.NumaPolicy;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;

/**
 * The memory calls that concern an arena or the heap: decodes them, checks them as Linux does, and lets the parts do the work.
 * Everything that the LWK cannot answer by itself it leaves to Linux, after it has taken the range out of its books.
 */
public final class MemoryCalls {
    private static final long PAGE = Mman.PAGE_SIZE;

    private final Reply reply;
    private final Elsewhere elsewhere;
    private final Limits limits;
    private final Allocation allocation;
    private final Unmapping unmapping;
    private final Heap heap;
    private final Remapping remapping;
    private final ThreadPolicies policies;
    private final Stacks stacks;
    private final Demotion demotion;
    private final WholePages whole = new WholePages();
    private final Holes holes;
    private final Holes.Again again = this::serve;
    private final PoolReturn poolReturn;
    private final Pending.Step prefixDone = this::prefixDone;
    private final Pending.Step bindable = this::bindable;
    private final Pending.Step trimmed = this::trimmed;
    private final Pending.Step lockable = this::lockable;
    private final Pending.Step locked = this::locked;
    private final Pending.Step trimmedFirst = this::trimmedFirst;

    /**
     * Puts the parts together.
     *
     * @param plan      what the job gets
     * @param residency tells which pages of a process are there
     * @param arenas    false where Linux's accounting of memory forbids to reserve ahead ({@code vm.overcommit_memory=2})
     */
    public MemoryCalls(Reply reply, MemoryPlan plan, Residency residency, boolean arenas) {
        this(reply, plan, residency, arenas, HugePools.NONE, Standstill.ALONE, Ahead.NEVER);
    }

    /**
     * The same.
     *
     * @param pools      Linux's huge-page pools
     * @param standstill keeps other threads from running while pages are replaced
     * @param ahead      gives memory its pages before it is touched
     */
    public MemoryCalls(Reply reply, MemoryPlan plan, Residency residency, boolean arenas, HugePools pools,
                       Standstill standstill, Ahead ahead) {
        this.reply = reply;
        poolReturn = new PoolReturn(reply);
        holes = new Holes(reply);
        Inspection inspection = new Inspection(residency);
        Clearing clearing = new Clearing(reply, inspection);
        elsewhere = new Elsewhere(reply);
        limits = new Limits(reply, residency);
        NodeDraw draw = new NodeDraw(reply, plan.choice());
        demotion = new Demotion(reply, inspection, pools, standstill, Allocation.advice(plan, pools));
        heap = new Heap(reply, clearing, plan, arenas);
        unmapping = new Unmapping(reply, heap, inspection);
        allocation = new Allocation(reply, inspection, clearing, elsewhere, draw, unmapping, arenas, plan, pools, ahead);
        remapping = new Remapping(reply, allocation, unmapping,
                new MoveByCopy(reply, inspection, pools, unmapping, Allocation.advice(plan, pools)));
        policies = new ThreadPolicies(reply, unmapping, draw, plan.choice());
        stacks = new Stacks(reply, plan);
    }

    /** From where processes take memory that have no policy of their own: before the first request. */
    public void inherited(NumaPolicy policy) {
        policies.inherited(policy);
    }

    /** Whether the call is one of this class's. */
    public static boolean concerns(long nr) {
        return nr == Nr.MMAP || nr == Nr.MUNMAP || nr == Nr.MREMAP || nr == Nr.MPROTECT || nr == Nr.PKEY_MPROTECT
                || nr == Nr.MADVISE || nr == Nr.MLOCK || nr == Nr.MLOCK2 || nr == Nr.MUNLOCK || nr == Nr.MBIND
                || nr == Nr.SET_MEMPOLICY || nr == Nr.MINCORE || nr == Nr.MSYNC || nr == Nr.BRK || nr == Nr.MLOCKALL
                || nr == Nr.MUNLOCKALL;
    }

    /** Whether a range, operands 0 and 1, touches the arena window or the heap: then the call is one for {@link #serve}. */
    public static boolean touches(AddressSpace space, Request request) {
        long start = request.arg(0);
        long end = start + roundUp(request.arg(1));
        return start < Layout.ARENA_END && end > Layout.ARENA_BASE || Heap.touches(space, start, end);
    }

    /** Answers a request of a thread in {@code space}. */
    public void serve(AddressSpace space, Request request, Pending pending) {
        if (space.poolUse().takeGivesBack()) {
            Request again = request.copy();
            poolReturn.begin(space, request.slot(), pending, () -> serve(space, again, pending));
        } else if (space.accounted()) {
            serveCounted(space, request, pending);
        } else {
            serveAny(space, request, pending);
        }
    }

    /** In a job with a limit: what is kept goes first where somebody needs the room. */
    private void serveCounted(AddressSpace space, Request request, Pending pending) {
        boolean more = request.nr() == Nr.BRK || request.nr() == Nr.MMAP && !fixed(request);
        boolean press = space.commitment().pressed() && space.commitment().keeps();
        if (more && stacks.due(space)) {
            Request again = request.copy();
            stacks.populateMain(space, request.slot(), pending, () -> serveCounted(space, again, pending));
        } else if (more && (press || space.trimDue())) {
            Request again = request.copy();
            Pending.Step then = (itsSlot, itsPending, result) -> {
                space.settle();
                admit(space, again, itsPending);
            };
            if (space.trimDue()) {
                space.trimDue(false);
                unmapping.trim(space, request.slot(), pending, then);
            } else if (request.nr() == Nr.BRK) { // who moves the break is the only one who does
                unmapping.drop(space, request.slot(), Layout.ARENA_BASE, pending,
                        (slot, notes, result) -> heap.trim(space, slot, notes, then));
            } else {
                unmapping.drop(space, request.slot(), Layout.ARENA_BASE, pending, then);
            }
        } else {
            admit(space, request, pending);
        }
    }

    private void admit(AddressSpace space, Request request, Pending pending) {
        if (limits.admit(space, request, pending) && !leftCounted(space, request, pending)) {
            serveAny(space, request, pending);
        }
        answered(space, pending);
    }

    /** After each step of a call: when it was the last one, nothing is reserved any more. */
    public static void answered(AddressSpace space, Pending pending) {
        if (space.accounted() && !pending.waiting()) {
            space.settle(pending);
        }
    }

    /** Whether a fork may copy what its parent has; else it has been refused. */
    public boolean mayFork(AddressSpace space, int slot) {
        boolean may = !space.accounted() || limits.admitFork(space);
        if (!may) {
            reply.done(slot, -Errno.ENOMEM);
        }
        return may;
    }

    private static boolean fixed(Request request) {
        return request.nr() == Nr.MMAP && (request.arg(3) & (Mman.MAP_FIXED | Mman.MAP_FIXED_NOREPLACE)) != 0;
    }

    /** Leaves to Linux, and enters, what concerns neither the arena nor the heap; true where that was so. */
    private boolean leftCounted(AddressSpace space, Request request, Pending pending) {
        long start = request.arg(0);
        long length = roundUp(request.arg(1));
        boolean near = touches(space, request);
        switch ((int) request.nr()) {
            case Nr.MMAP -> {
                boolean ours = fixed(request) ? near : Elsewhere.plain(request) && (start == 0 || near);
                if (!ours) {
                    elsewhere.map(space, request, pending);
                } else if (fixed(request) && Heap.touches(space, start, start + length)) {
                    space.makeHeapPlain();
                    Request again = request.copy();
                    heap.trim(space, request.slot(), pending, (slot, notes, result) -> elsewhere.map(space, again, notes));
                } else {
                    return false;
                }
            }
            case Nr.MPROTECT, Nr.PKEY_MPROTECT -> {
                if (Limits.needOfProtection(space, request) == 0 || Heap.touches(space, start, start + length)
                        || hole(space, start, length)) {
                    return false;
                }
                elsewhere.protect(space, request.slot(), start, length, pending);
            }
            case Nr.MREMAP -> {
                if (!Heap.touches(space, start, start + length) || !Limits.sane(start, length)) {
                    return false;
                }
                space.makeHeapPlain();
                Request again = request.copy();
                heap.trim(space, request.slot(), pending, (slot, notes, result) -> remapping.moveHeap(space, again, notes));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void serveAny(AddressSpace space, Request request, Pending pending) {
        int slot = request.slot();
        if (request.nr() == Nr.SET_MEMPOLICY) {
            policies.set(space, request, pending);
            return;
        }
        if (space.arena().pool().bytes() > 0 && keepPagesWhole(space, request, pending)) {
            return;
        }
        long start = request.arg(0);
        long length = roundUp(request.arg(1));
        if (space.trimDue() && (request.nr() == Nr.BRK || request.nr() == Nr.MMAP && !fixed(request))) {
            space.trimDue(false);
            pending.third = request.nr();
            pending.fourth = start;
            unmapping.trim(space, slot, pending, trimmedFirst);
            return;
        }
        if (stacks.due(space) && (request.nr() == Nr.BRK || request.nr() == Nr.MMAP && !fixed(request))) {
            Request again = request.copy();
            stacks.populateMain(space, slot, pending, () -> serveAny(space, again, pending));
            return;
        }
        if (request.nr() == Nr.MLOCKALL || request.nr() == Nr.MUNLOCKALL) {
            lockAll(space, slot, request.nr() == Nr.MLOCKALL, pending);
            return;
        }
        if (request.nr() != Nr.BRK && leaveHeapToLinux(space, request)) {
            heap.trimThenHere(space, slot, pending);
            return;
        }
        if (holes.open(space, request, pending, again)) {
            return;
        }
        switch ((int) request.nr()) {
            case Nr.BRK -> heap.brk(space, slot, start, pending);
            case Nr.MMAP -> allocation.mmap(space, request, pending);
            case Nr.MUNMAP -> unmapping.munmap(space, slot, start, request.arg(1), pending);
            case Nr.MREMAP -> remapping.mremap(space, request, pending);
            case Nr.MPROTECT -> mprotect(space, request, start, length, pending);
            case Nr.MADVISE -> madvise(space, request, start, length, pending);
            case Nr.MINCORE, Nr.MSYNC -> {
                boolean wrong = (start & PAGE - 1) != 0 || request.nr() == Nr.MSYNC && !Advice.syncs(request.arg(2));
                boolean hole = !wrong && hole(space, start, length);
                answer(slot, hole ? -Errno.ENOMEM : 0, !hole);
            }
            default -> {
                boolean hole = hole(space, start & -PAGE, roundUp(start + request.arg(1)) - (start & -PAGE));
                if (!hole) {
                    space.taint(start & -PAGE, roundUp(start + request.arg(1)));
                }
                if (hole && request.nr() == Nr.MBIND) { // Linux judges the other operands first
                    pending.then(bindable);
                    reply.make(slot, Nr.MBIND, start, 0, request.arg(2), request.arg(3), request.arg(4), request.arg(5));
                } else {
                    answer(slot, -Errno.ENOMEM, !hole);
                }
            }
        }
    }

    /** Answers hints about pages from a pool; replaces those that a call would break, and then begins anew. */
    private boolean keepPagesWhole(AddressSpace space, Request request, Pending pending) {
        if (whole.hint(space, request)) {
            reply.done(request.slot(), 0);
            return true;
        }
        if (!whole.broken(space, request)) {
            return false;
        }
        Request kept = request.copy();
        demotion.begin(space, request.slot(), whole.from(), whole.to(), pending, done -> {
            if (done) {
                serve(space, kept, pending);
            } else {
                reply.done(kept.slot(), -Errno.ENOMEM);
            }
        });
        return true;
    }

    /**
     * A fork copies memory, and a child has no claim on pages from a pool: they are replaced first.
     *
     * @return false where there are none, and nothing follows
     */
    public boolean beforeFork(AddressSpace space, int slot, Pending pending, Runnable then) {
        if (space.arena().pool().bytes() == 0 || space.poolUse().isOff() && space.demotion() == null) {
            return false;
        }
        demotion.beforeFork(space, slot, pending, then);
        return true;
    }

    /** Whether the call treats a part of the heap so that the LWK cannot keep its spare part. */
    private static boolean leaveHeapToLinux(AddressSpace space, Request request) {
        long start = request.arg(0);
        long end = start + roundUp(request.arg(1));
        if (request.nr() == Nr.MMAP && !fixed(request)) {
            return false; // its address is no more than a wish
        }
        boolean fixed = request.nr() == Nr.MREMAP && (request.arg(3) & Mman.MREMAP_FIXED) != 0;
        long target = fixed ? request.arg(4) : 0;
        long targetEnd = target + (fixed ? roundUp(request.arg(2)) : 0);
        if (!Heap.touches(space, start, end) && !Heap.touches(space, target, targetEnd)) {
            return false;
        }
        boolean asks = request.nr() == Nr.MINCORE || request.nr() == Nr.MSYNC
                || request.nr() == Nr.MADVISE && Advice.harmless(request.arg(2));
        if (!asks && !space.heapPlain()) {
            space.makeHeapPlain();
            return true;
        }
        return Heap.touchesSpare(space, start, end) || Heap.touchesSpare(space, target, targetEnd);
    }

    private void answer(int slot, long value, boolean here) {
        if (here) {
            reply.here(slot);
        } else {
            reply.done(slot, value);
        }
    }

    static long roundUp(long length) {
        return length + PAGE - 1 & -PAGE;
    }

    /** Whether a part of the range is free memory of the arena: to the application, unmapped. */
    private static boolean hole(AddressSpace space, long start, long length) {
        return space.arena().ranges().any(start, start + length, Arena.FREE_SET);
    }

    private void mprotect(AddressSpace space, Request request, long start, long length, Pending pending) {
        int slot = request.slot();
        if ((start & PAGE - 1) != 0 || length == 0 || start + length < start) {
            reply.here(slot);
            return;
        }
        Ranges ranges = space.arena().ranges();
        long end = start + length;
        long hole = ranges.firstOf(start, end, Arena.FREE_SET);
        if (hole == start) {
            reply.done(slot, -Errno.ENOMEM);
        } else if (hole < end) { // Linux changes what comes before the hole, then fails
            space.taint(start, hole);
            pending.then(prefixDone);
            reply.make(slot, Nr.MPROTECT, start, hole - start, request.arg(2), 0, 0, 0);
        } else if (request.arg(2) == (Mman.PROT_READ | Mman.PROT_WRITE) && !ranges.any(start, end, ~(1 << Arena.USED))) {
            space.countServed();
            reply.done(slot, 0);
        } else {
            space.taint(start, end);
            reply.here(slot);
        }
    }

    private void madvise(AddressSpace space, Request request, long start, long length, Pending pending) {
        int slot = request.slot();
        long advice = request.arg(2);
        if ((start & PAGE - 1) != 0 || length == 0 || start + length < start) {
            reply.here(slot);
            return;
        }
        boolean hole = hole(space, start, length);
        if (!Advice.harmless(advice)) {
            space.taint(start, start + length);
        }
        if (hole) { // Linux advises what is mapped and reports that something was not
            pending.then(prefixDone);
            reply.make(slot, Nr.MADVISE, start, length, advice, 0, 0, 0);
        } else {
            reply.here(slot);
        }
    }

    private void bindable(int slot, Pending pending, long result) {
        reply.done(slot, result < 0 ? result : -Errno.EFAULT);
    }

    private void prefixDone(int slot, Pending pending, long result) {
        reply.done(slot, result < 0 ? result : -Errno.ENOMEM);
    }

    /** Linux would make resident all that is mapped ahead of use: that goes back first, and no more is mapped until unlocking. */
    private void lockAll(AddressSpace space, int slot, boolean lock, Pending pending) {
        pending.first = lock ? 1 : 0;
        pending.second = space.isLocked() ? 1 : 0;
        pending.subject = space;
        if (lock && !space.limited()) {
            space.lock(true);
            unmapping.trim(space, slot, pending, lockable);
        } else {
            lockable(slot, pending, 0);
        }
    }

    private void lockable(int slot, Pending pending, long result) {
        pending.then(locked);
        reply.tell(slot);
    }

    private void locked(int slot, Pending pending, long result) {
        ((AddressSpace) pending.subject).lock((result < 0 ? pending.second : pending.first) != 0);
        reply.done(slot, result);
    }

    /** The limits of the process are now these; memory kept ahead of use goes back to Linux where it would count against them. */
    public void limits(AddressSpace space, int slot, boolean limited, Pending pending) {
        boolean before = space.limited();
        space.limit(limited);
        if (limited && !before) {
            unmapping.trim(space, slot, pending, trimmed);
        } else {
            reply.done(slot, 0);
        }
    }

    /** Another process set the limits: one of the concerned threads gives memory back when it next asks for some. */
    public static void limitsFromOutside(AddressSpace space, boolean limited) {
        space.trimDue(limited && (space.trimDue() || !space.limited()));
        space.limit(limited);
    }

    private void trimmed(int slot, Pending pending, long result) {
        reply.done(slot, 0);
    }

    private void trimmedFirst(int slot, Pending pending, long result) {
        if (pending.third == Nr.BRK) {
            heap.brk((AddressSpace) pending.subject, slot, pending.fourth, pending);
        } else {
            reply.here(slot);
        }
    }
}
