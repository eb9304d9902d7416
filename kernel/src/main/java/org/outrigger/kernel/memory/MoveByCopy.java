package org.outrigger.kernel.memory;

import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;

/**
 * {@code mremap} to another place of what Linux cannot move as one: pages from a pool, and memory of which a part once lay on
 * such pages, so that it is several mappings to Linux. The thread copies what is there to a new mapping; the old one is given
 * up at the end, so that a failure changes nothing.
 */
final class MoveByCopy {
    private static final long RW = Mman.PROT_READ | Mman.PROT_WRITE;

    private final class Work {
        final AddressSpace space;
        final long old;
        final long oldLength;
        final long newLength;
        final long prot;
        final PresentCopy copy;
        long target;

        Work(AddressSpace space, long old, long oldLength, long newLength, long prot) {
            this.space = space;
            this.copy = new PresentCopy(space);
            this.old = old;
            this.oldLength = oldLength;
            this.newLength = newLength;
            this.prot = prot;
        }

        long end() {
            return old + Math.min(oldLength, newLength);
        }
    }

    private final Reply reply;
    private final Inspection inspection;
    private final HugePools pools;
    private final Unmapping unmapping;
    private final long advice;
    private final Pending.Step shown = this::shown;
    private final Pending.Step mapped = this::mapped;
    private final Pending.Step advised = this::advised;
    private final Pending.Step copied = this::copied;
    private final Pending.Step protectedAgain = this::protectedAgain;
    private final Pending.Step hiddenAgain = this::hiddenAgain;
    private final Pending.Step failed = this::failed;

    /** @param advice for the new mapping, -1 for none */
    MoveByCopy(Reply reply, Inspection inspection, HugePools pools, Unmapping unmapping, long advice) {
        this.reply = reply;
        this.inspection = inspection;
        this.pools = pools;
        this.unmapping = unmapping;
        this.advice = advice;
    }

    /** Whether a range must be moved so. */
    static boolean needed(AddressSpace space, long start, long length) {
        Arena arena = space.arena();
        return arena.pool().touches(start, start + length) || arena.seamAfter(start, start + length) < start + length;
    }

    /** @param target where it is to go, 0 for anywhere */
    void begin(AddressSpace space, int slot, long old, long oldLength, long newLength, long target, Pending pending) {
        boolean plain = !space.arena().ranges().any(old, old + oldLength, ~(1 << Arena.USED));
        long prot = plain ? RW : pools.protection(space.owner(), old, old + oldLength);
        boolean hidden = (prot & Mman.PROT_READ) == 0;
        boolean overlaps = target != 0 && target < old + oldLength && old < target + newLength;
        if (prot < 0 || overlaps) {
            reply.done(slot, overlaps ? -Errno.EINVAL : -Errno.EFAULT); // as of mappings that differ
            return;
        }
        Work work = new Work(space, old, oldLength, newLength, prot);
        work.target = target;
        pending.subject = work;
        if (hidden) { // nobody but the caller has a right to it, who waits
            pending.then(shown);
            reply.make(slot, Nr.MPROTECT, old, oldLength, Mman.PROT_READ, 0, 0, 0);
        } else {
            shown(slot, pending, 0);
        }
    }

    private void shown(int slot, Pending pending, long result) {
        Work work = (Work) pending.subject;
        long flags = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | (work.target == 0 ? 0 : Mman.MAP_FIXED);
        pending.then(mapped);
        reply.make(slot, Nr.MMAP, work.target, work.newLength, RW, flags, -1, 0);
    }

    private void mapped(int slot, Pending pending, long result) {
        Work work = (Work) pending.subject;
        if (result < 0) {
            failed(slot, pending, 0);
            return;
        }
        work.target = result;
        if (advice >= 0 && work.newLength >= Arena.HUGE) {
            pending.then(advised);
            reply.make(slot, Nr.MADVISE, result, work.newLength, advice, 0, 0, 0);
        } else {
            advised(slot, pending, 0);
        }
    }

    private void advised(int slot, Pending pending, long result) {
        Work work = (Work) pending.subject;
        work.copy.begin(inspection, work.old, work.end());
        next(work, slot, pending);
    }

    private void next(Work work, int slot, Pending pending) {
        pending.then(copied);
        if (work.copy.next(reply, slot, work.target)) {
            return;
        }
        if (work.prot != RW) {
            pending.then(protectedAgain);
            reply.make(slot, Nr.MPROTECT, work.target, work.newLength, work.prot, 0, 0, 0);
        } else {
            protectedAgain(slot, pending, 0);
        }
    }

    private void copied(int slot, Pending pending, long result) {
        Work work = (Work) pending.subject;
        if (work.copy.copied(result)) {
            next(work, slot, pending);
        } else {
            pending.then(failed);
            reply.make(slot, Nr.MUNMAP, work.target, work.newLength, 0, 0, 0, 0);
        }
    }

    private void failed(int slot, Pending pending, long result) {
        Work work = (Work) pending.subject;
        if ((work.prot & Mman.PROT_READ) == 0) {
            pending.then(hiddenAgain);
            reply.make(slot, Nr.MPROTECT, work.old, work.oldLength, work.prot, 0, 0, 0);
        } else {
            hiddenAgain(slot, pending, 0);
        }
    }

    private void hiddenAgain(int slot, Pending pending, long result) {
        reply.done(slot, -Errno.ENOMEM);
    }

    private void protectedAgain(int slot, Pending pending, long result) {
        Work work = (Work) pending.subject;
        if (work.space.accounted()) { // in place of the old one, which is given up at once
            work.space.commitment().over(pending);
            work.space.commitment().forget(work.target, work.target + work.newLength);
            work.space.bookRest(work.target, work.target + work.newLength);
        }
        unmapping.release(work.space, slot, work.old, work.old + work.oldLength, work.target, pending);
    }
}
