package org.outrigger.kernel.memory;

import org.outrigger.abi.CloneFlags;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;

/**
 * Stacks that get a part of their pages at once ({@code --stack}): the main stack at the first call for memory of a new image,
 * which the loader makes, and a thread's when the thread is made. What Linux refuses, because the stack is smaller or memory
 * short, is tried with half as much.
 */
public final class Stacks {
    /** Less is not worth another try. */
    private static final long LEAST = 64L << 10;
    private static final long HUGE = PageSize.LARGE.bytes();

    private final Reply reply;
    private final long premap;
    private final boolean huge;
    private final Pending.Step reached = this::reached;
    private final Pending.Step advised = this::advised;
    private final Pending.Step populated = this::populated;

    /** By the replies of one loop. */
    public Stacks(Reply reply, MemoryPlan plan) {
        this.reply = reply;
        premap = plan.premap();
        huge = plan.stackPages() != PageSize.SMALL;
    }

    /** Whether stacks are to be populated at all. */
    public boolean wanted() {
        return premap > 0;
    }

    /** Whether the main stack of an address space is still to be populated. */
    boolean due(AddressSpace space) {
        return premap > 0 && space.stack().known();
    }

    /**
     * Populates the main stack below where the program began, then goes on.
     *
     * @param slot of the program's first thread
     */
    void populateMain(AddressSpace space, int slot, Pending pending, Runnable then) {
        pending.second = space.stack().take() + Mman.PAGE_SIZE - 1 & -Mman.PAGE_SIZE;
        pending.first = pending.second - premap;
        pending.third = space.stack().end();
        pending.subject = then;
        reach(slot, pending);
    }

    /** Linux extends a stack to a page that is touched: any call that writes there does it. */
    private void reach(int slot, Pending pending) {
        pending.then(reached);
        reply.make(slot, Nr.GETCPU, pending.first, 0, 0, 0, 0, 0);
    }

    private void reached(int slot, Pending pending, long result) {
        if (result < 0) {
            less(slot, pending, true);
        } else if (huge && pending.second - pending.first >= HUGE) { // the whole mapping: a part would be split off
            pending.then(advised);
            reply.make(slot, Nr.MADVISE, pending.first, pending.third - pending.first, Mman.MADV_HUGEPAGE, 0, 0, 0);
        } else {
            advised(slot, pending, 0);
        }
    }

    /** Whether a thread that is being made has a stack to populate. */
    public boolean concerns(long flags, long top) {
        return premap > 0 && top != 0 && (flags & CloneFlags.CLONE_THREAD) != 0;
    }

    /** Populates the stack of a thread that is about to be made, below its stack pointer, then goes on. */
    public void populateThread(int slot, long top, Pending pending, Runnable then) {
        pending.second = top & -Mman.PAGE_SIZE;
        pending.first = pending.second - premap;
        pending.third = 0;
        pending.subject = then;
        long from = pending.first + HUGE - 1 & -HUGE;
        long to = pending.second & -HUGE;
        if (huge && from < to) {
            pending.then(advised);
            reply.make(slot, Nr.MADVISE, from, to - from, Mman.MADV_HUGEPAGE, 0, 0, 0);
        } else {
            advised(slot, pending, 0);
        }
    }

    private void advised(int slot, Pending pending, long result) {
        pending.then(populated);
        reply.make(slot, Nr.MADVISE, pending.first, pending.second - pending.first, Mman.MADV_POPULATE_WRITE, 0, 0, 0);
    }

    private void populated(int slot, Pending pending, long result) {
        if (result < 0) {
            less(slot, pending, false);
        } else {
            ((Runnable) pending.subject).run();
        }
    }

    private void less(int slot, Pending pending, boolean reach) {
        long half = (pending.second - pending.first) / 2 & -Mman.PAGE_SIZE;
        pending.first = pending.second - half;
        if (half < LEAST) {
            ((Runnable) pending.subject).run();
        } else if (reach) {
            reach(slot, pending);
        } else {
            advised(slot, pending, 0);
        }
    }
}
