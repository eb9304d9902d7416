package org.outrigger.kernel.memory;

import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;

/**
 * Gives whole pages of Linux's pools back that a process holds and does not use, as far as the job holds too many: the process's
 * thread unmaps them, before the call that it has made is answered.
 */
final class PoolReturn {
    private final Reply reply;

    PoolReturn(Reply reply) {
        this.reply = reply;
    }

    /** Has the thread of a slot give back what is to be given back, then goes on. */
    void begin(AddressSpace space, int slot, Pending pending, Runnable then) {
        next(space, slot, Layout.ARENA_BASE, pending, then);
    }

    private void next(AddressSpace space, int slot, long from, Pending pending, Runnable then) {
        Arena arena = space.arena();
        PoolClaim claim = space.poolUse().claim();
        long at = from;
        while ((at = arena.ranges().firstOf(at, Layout.ARENA_END, Arena.POOL_SET)) < Layout.ARENA_END) {
            long free = Math.min(arena.ranges().firstOf(at, Layout.ARENA_END, ~Arena.POOL_SET), claim.end(at));
            long page = arena.pool().at(at).bytes();
            long start = at + page - 1 & -page;
            long end = Math.min(free & -page, start + (claim.excess(at) + page - 1 & -page));
            if (start < end && !space.forking()) {
                unmap(space, slot, start, end, pending, then);
                return;
            }
            at = Math.max(free, at + page & -page);
        }
        then.run();
    }

    /** What is to be unmapped is nobody's at once; the job holds it until it is. */
    private void unmap(AddressSpace space, int slot, long start, long end, Pending pending, Runnable then) {
        PoolUse use = space.poolUse();
        use.deferring(() -> space.forget(start, end));
        pending.then((itsSlot, notes, result) -> {
            if (result == 0) {
                use.give(start, end);
            }
            space.arena().vacate(start, end);
            next(space, itsSlot, end, notes, then);
        });
        reply.make(slot, Nr.MUNMAP, start, end - start, 0, 0, 0, 0);
    }
}
