package org.outrigger.kernel.memory;

import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;

/**
 * {@code mmap} of more than an arena serves. They are few, and goes back to Linux what they had when they are unmapped. Where a
 * pool has room for one it gets pages from there, else Linux maps it as the program asked, so that its overcommit heuristic sees
 * it, and is advised to use huge pages.
 */
final class LargeRequests {
    private final Reply reply;
    private final PoolExtents pools;
    private final long advice;
    private final boolean populate;
    private final PoolExtents.After poolTried = this::poolTried;
    private final Pending.Step mapped = this::mapped;
    private final Pending.Step advised = this::advised;
    private final Pending.Step done = this::done;

    /** @param advice for what is not from a pool, -1 for none */
    LargeRequests(Reply reply, PoolExtents pools, long advice, boolean populate) {
        this.reply = reply;
        this.pools = pools;
        this.advice = advice;
        this.populate = populate;
    }

    /** Whether it does more than leave the request to Linux. A program that asks for no reservation expects to use little. */
    boolean advises(Request request) {
        return advice >= 0 && (request.arg(3) & Mman.MAP_NORESERVE) == 0;
    }

    /** Maps {@code length} bytes, a multiple of the page size. */
    void mmap(AddressSpace space, Request request, long length, Pending pending) {
        int slot = request.slot();
        pending.first = length;
        pending.second = populate ? 1 : 0;
        pending.subject = space;
        boolean pool = (request.arg(3) & Mman.MAP_NORESERVE) == 0 && request.arg(0) == 0 && pools.mayGrow(space, length)
                && !space.forking();
        if (pool && pools.grow(space, slot, false, poolTried, pending)) {
            return;
        }
        if (advises(request)) {
            tell(slot, pending);
        } else {
            reply.here(slot);
        }
    }

    private void tell(int slot, Pending pending) {
        pending.then(mapped);
        reply.tell(slot);
    }

    private void poolTried(AddressSpace space, int slot, Pending pending, long address) {
        if (address == 0) {
            tell(slot, pending);
        } else { // only Linux takes it back
            space.arena().release(address, address + pending.first, Arena.POOL_DIRTY);
            space.use(address, address + pending.first);
            space.taint(address, address + pending.first);
            reply.done(slot, address);
        }
    }

    private void mapped(int slot, Pending pending, long result) {
        if (result < 0) {
            reply.done(slot, result);
            return;
        }
        AddressSpace space = (AddressSpace) pending.subject;
        if (space.accounted()) {
            long end = result + pending.first;
            space.commitment().forget(result, end);
            space.bookRest(result, end);
            space.settle(pending);
        }
        pending.third = result;
        pending.then(advised);
        reply.make(slot, Nr.MADVISE, result, pending.first, advice, 0, 0, 0);
    }

    private void advised(int slot, Pending pending, long result) {
        if (result < 0) {
            ((AddressSpace) pending.subject).poolUse().fallShort(Shortfall.NO_TRANSPARENT);
        }
        if (pending.second == 0) {
            done(slot, pending, 0);
        } else {
            pending.then(done);
            reply.make(slot, Nr.MADVISE, pending.third, pending.first, Mman.MADV_POPULATE_WRITE, 0, 0, 0);
        }
    }

    private void done(int slot, Pending pending, long result) {
        reply.done(slot, pending.third);
    }
}
