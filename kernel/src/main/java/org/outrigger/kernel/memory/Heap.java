package org.outrigger.kernel.memory;

import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;

/**
 * {@code brk}. Linux's break runs ahead of the application's in large steps, and does not follow it down; what the application
 * gets anew is zeroed. A step is as large as the heap, within bounds, and ends at a huge page. A heap of some size gets huge
 * pages. Source: {@code brk(2)}; the kernel's call answers the break, changed or not.
 *
 * <pre>
 *    start          break               dirty                     mapped
 *      |  the program's  |  holds what was there  |  zero, or nothing yet  |  whatever Linux maps there
 * </pre>
 */
final class Heap {
    /** The largest step, but for what the user asks for. */
    private static final long MOST_STEP = 64L << 20;
    /** A heap of so many bytes is worth huge pages; a smaller one stays small. */
    private static final long HUGE_FROM = 16L << 20;

    private final Reply reply;
    private final Clearing clearing;
    private final MemoryPlan plan;
    /** The least bytes by which Linux's break runs ahead, and the most. */
    private final long step;
    private final long mostStep;
    private final Pending.Step dropped = this::dropped;
    private final Pending.Step stepped = this::stepped;
    private final Pending.Step advised = this::advised;
    private final Pending.Step grown = this::grown;
    private final Pending.Step populated = this::populated;
    private final Pending.Step launched = this::launched;
    private final Pending.Step launchPopulated = this::launchPopulated;
    private final Pending.Step returned = this::returned;
    private final Pending.Step here = this::here;

    /** @param ahead whether Linux's accounting of memory allows to reserve more than is asked for */
    Heap(Reply reply, Clearing clearing, MemoryPlan plan, boolean ahead) {
        this.plan = plan;
        step = plan.heapStep();
        mostStep = ahead ? Math.max(step, MOST_STEP) : step;
        this.reply = reply;
        this.clearing = clearing;
    }

    void brk(AddressSpace space, int slot, long wanted, Pending pending) {
        pending.first = wanted;
        pending.subject = space;
        if (plan.pageFault() == MemoryPlan.PageFault.LAUNCH && space.heapLaunchDue() && !space.limited() && !space.heapPlain()) {
            pending.then(launched);
            reply.make(slot, Nr.BRK, target(space, space.breakNow()), 0, 0, 0, 0, 0);
            return;
        }
        if (Long.compareUnsigned(wanted, space.breakStart()) < 0) {
            answer(space, slot);
            return;
        }
        if (space.limited() || space.heapPlain()) {
            pending.then(grown);
            reply.make(slot, Nr.BRK, wanted, 0, 0, 0, 0, 0);
        } else if (Long.compareUnsigned(wanted, space.breakMapped()) <= 0) {
            space.countServed();
            move(space, slot, wanted, pending);
        } else {
            pending.then(stepped);
            reply.make(slot, Nr.BRK, target(space, wanted), 0, 0, 0, 0, 0);
        }
    }

    /** Where Linux's break goes for one of the application's. */
    private long target(AddressSpace space, long wanted) {
        long needed = MemoryCalls.roundUp(wanted);
        long ahead = needed + Math.clamp(needed - space.breakStart(), step, mostStep);
        return plan.heapPages() == PageSize.SMALL ? ahead : ahead + Arena.HUGE - 1 & -Arena.HUGE;
    }

    /** Linux has this ready for the application, which gets its pages now where the user wants it so. */
    private void move(AddressSpace space, int slot, long wanted, Pending pending) {
        long before = MemoryCalls.roundUp(space.breakNow());
        long after = MemoryCalls.roundUp(wanted);
        long kept = MemoryCalls.roundUp(Math.max(wanted, keptTo(space)));
        if (plan.pageFault() != MemoryPlan.PageFault.DEMAND && after > before && !stale(space, before, after)) {
            pending.first = wanted;
            pending.subject = space;
            pending.then(populated);
            reply.make(slot, Nr.MADVISE, before, after - before, Mman.MADV_POPULATE_WRITE, 0, 0, 0);
        } else if (wanted < space.breakNow() && kept < space.breakDirty()) {
            pending.first = wanted;
            pending.second = space.breakMoves();
            pending.third = kept;
            pending.subject = space;
            pending.then(returned);
            reply.make(slot, Nr.MADVISE, kept, space.breakDirty() - kept, Mman.MADV_DONTNEED, 0, 0, 0);
        } else {
            hand(space, slot, wanted, true, pending);
        }
    }

    /** Whether a part that comes anew may have pages that were taken under another policy. */
    private static boolean stale(AddressSpace space, long from, long to) {
        return space.policies().stale(from, Math.min(to, space.breakDirty()));
    }

    /** Up to where a heap that gets smaller keeps its pages. */
    private long keptTo(AddressSpace space) {
        if (space.policies().differ()) {
            return space.breakStart();
        }
        return plan.heapKeep() > Long.MAX_VALUE - space.breakStart() - Arena.HUGE ? Long.MAX_VALUE - Arena.HUGE
                : space.breakStart() + plan.heapKeep();
    }

    /** The application's break moves when the pages are gone, and not before: nobody else gets them meanwhile. */
    private void returned(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        boolean alone = space.breakMoves() == pending.second;
        setBreak(space, pending.first, pending);
        if (result == 0 && alone) {
            space.cleanHeap(pending.third);
        }
        answer(space, slot);
    }

    private void populated(int slot, Pending pending, long result) {
        hand((AddressSpace) pending.subject, slot, pending.first, false, pending); // as under Linux, what cannot be is no error
    }

    private void launched(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        long from = MemoryCalls.roundUp(space.breakNow());
        if (Long.compareUnsigned(result, from) > 0) {
            space.setBreak(space.breakNow(), result);
            pending.then(launchPopulated);
            reply.make(slot, Nr.MADVISE, from, result - from, Mman.MADV_POPULATE_WRITE, 0, 0, 0);
        } else {
            launchPopulated(slot, pending, result);
        }
    }

    private void launchPopulated(int slot, Pending pending, long result) {
        brk((AddressSpace) pending.subject, slot, pending.first, pending);
    }

    /** @param sparsely whether what holds little may lose its pages rather than be zeroed */
    private void hand(AddressSpace space, int slot, long wanted, boolean sparsely, Pending pending) {
        // As under Linux whole pages come and go: the page that the break stands in keeps its content.
        long before = MemoryCalls.roundUp(space.breakNow());
        long dirty = Math.min(MemoryCalls.roundUp(wanted), space.breakDirty());
        if (before >= dirty) {
            setBreak(space, wanted, pending);
            reply.heap(slot, wanted, space.breakMapped(), 0, 0);
            return;
        }
        if (stale(space, before, dirty)) {
            clearing.planDrop(before, dirty);
            space.policies().refresh(dirty);
        } else if (sparsely) {
            clearing.planHeap(space, before, dirty);
        }
        setBreak(space, wanted, pending);
        if (!sparsely) {
            reply.heap(slot, wanted, space.breakMapped(), before, dirty - before);
            return;
        }
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
            long start = space.breakStart() + Arena.HUGE - 1 & -Arena.HUGE;
            boolean small = plan.heapPages() == PageSize.SMALL;
            if (start < result && (small || result - start >= HUGE_FROM)) { // Linux's huge pages, whole ones only
                pending.then(advised);
                reply.make(slot, Nr.MADVISE, start, result - start, small ? Mman.MADV_NOHUGEPAGE : Mman.MADV_HUGEPAGE, 0, 0, 0);
            } else {
                move(space, slot, pending.first, pending);
            }
        } else { // no room for the whole step
            pending.then(grown);
            reply.make(slot, Nr.BRK, pending.first, 0, 0, 0, 0, 0);
        }
    }

    private void advised(int slot, Pending pending, long result) {
        move((AddressSpace) pending.subject, slot, pending.first, pending);
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
