package org.outrigger.kernel.memory;

import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;

/**
 * Free memory of the arena amid a range that a call is about: to the application it is not mapped, so some calls fail there, some
 * go on behind it, and some do not mind. What they do Linux knows best, once the free memory is unmapped indeed.
 */
final class Holes {
    /** What is from a pool stays: it would lose its reservation, and Linux unmaps no part of a page. */
    private static final int TAGS = Arena.FREE_SET & ~Arena.POOL_SET;

    private final Reply reply;

    Holes(Reply reply) {
        this.reply = reply;
    }

    /** Where the first hole of the call's range begins, or where the range ends; -1 if it is none of these calls. */
    private static long first(AddressSpace space, Request request) {
        long start = request.arg(0);
        boolean rounds = request.nr() == Nr.MLOCK || request.nr() == Nr.MLOCK2 || request.nr() == Nr.MUNLOCK;
        boolean concerned = rounds || request.nr() == Nr.MPROTECT || request.nr() == Nr.PKEY_MPROTECT || request.nr() == Nr.MREMAP
                || request.nr() == Nr.MMAP && partly(space, request) || request.nr() == Nr.MBIND
                || request.nr() == Nr.MADVISE && !Advice.harmless(request.arg(2));
        if (!concerned || !rounds && (start & Mman.PAGE_SIZE - 1) != 0) {
            return -1;
        }
        return space.arena().ranges().firstOf(start & -Mman.PAGE_SIZE, end(request), TAGS);
    }

    /** Whether something shall be mapped only where nothing is, and Linux must look at a part of that place itself. */
    private static boolean partly(AddressSpace space, Request request) {
        Ranges ranges = space.arena().ranges();
        return (request.arg(3) & Mman.MAP_FIXED_NOREPLACE) != 0 && ranges.any(request.arg(0), end(request), 1 << Ranges.NONE)
                && !ranges.any(request.arg(0), end(request), Arena.USED_SET);
    }

    private static long end(Request request) {
        return MemoryCalls.roundUp(request.arg(0) + request.arg(1));
    }

    /**
     * Unmaps the first hole in the range of a call, if there is one.
     *
     * @param then begins with the call anew
     * @return false where there is none, and nothing follows
     */
    boolean open(AddressSpace space, Request request, Pending pending, Again then) {
        long end = end(request);
        long from = first(space, request);
        if (from < 0 || from >= end) {
            return false;
        }
        long to = space.arena().ranges().firstOf(from, end, ~TAGS);
        Request again = request.copy();
        space.forget(from, to); // nobody may be given it meanwhile
        pending.then((slot, notes, result) -> then.serve(space, again, notes));
        reply.make(request.slot(), Nr.MUNMAP, from, to - from, 0, 0, 0, 0);
        return true;
    }

    /** What serves a call. */
    interface Again {
        void serve(AddressSpace space, Request request, Pending pending);
    }
}
