package org.outrigger.kernel.memory;

import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;

/**
 * How a range becomes zero. Zeroing what is there by hand is many times cheaper than dropping its pages and having them faulted
 * in again; zeroing what is not there would make it so. Small ranges are zeroed whole. In larger ones Linux is asked what is
 * there: if that is most of a stretch, the stretch is zeroed, else its pages are dropped.
 */
final class Clearing {
    /** Zeroing this takes about as long as looking at it. */
    static final long BLINDLY = 128L << 10;
    /** Where nobody can look: above this, dropping pages is cheaper than zeroing what may not be there. */
    static final long UNSEEN = 1L << 20;
    /** A stretch is zeroed if no less of it than one part in so many is there. */
    private static final int SPARSE = 2;

    private final Reply reply;
    private final Inspection inspection;
    private final Pending.Step dropped = this::dropped;
    private long start;
    private long end;
    private boolean drop;

    Clearing(Reply reply, Inspection inspection) {
        this.reply = reply;
        this.inspection = inspection;
    }

    /** Plans for a range of which all may be dirty. {@code looked}: what the last inspection found lies in it. */
    private void plan(long from, long to, boolean looked) {
        start = looked ? inspection.first() : from;
        end = looked ? inspection.last() : to;
        drop = end - start > BLINDLY && (looked ? end - start > inspection.present() * SPARSE : end - start > UNSEEN);
    }

    /** Plans to drop a range, whatever is there. */
    void planDrop(long from, long to) {
        start = from;
        end = to;
        drop = true;
    }

    /** Plans for a part of the heap. */
    void planHeap(AddressSpace space, long from, long to) {
        plan(from, to, to - from > BLINDLY && inspection.look(space, from, to));
    }

    /** Plans for free memory of the arena that is about to be used. */
    void planArena(AddressSpace space, SizeClass kind, long from, long to) {
        Ranges ranges = space.arena().ranges();
        start = ranges.firstOf(from, to, Arena.KEPT_SET);
        end = start;
        drop = false;
        for (long at = start; at < to; at = ranges.firstOf(end, to, Arena.KEPT_SET)) {
            end = ranges.firstOf(at, to, ~Arena.KEPT_SET);
        }
        if (end - start <= BLINDLY) {
            return;
        }
        boolean reaches = inspection.reaches(space, end - start);
        if (reaches && !kind.lookDue()) {
            drop = kind.dropsUnseen() && !space.arena().pool().touches(start, end);
            return;
        }
        boolean looked = inspection.look(space, start, end);
        if (looked) {
            kind.seen(from, inspection.present(), to - from);
        }
        plan(start, end, looked);
        if (looked && kind.sparse() && inspection.present() > (to - from) / SPARSE) {
            drop = true;
        }
        drop &= !space.arena().pool().touches(start, end); // what Linux drops of such pages it rounds down
        if (drop) {
            kind.dropped(from);
        }
    }

    /** Nothing is to be done. */
    boolean idle() {
        return start >= end;
    }

    /** First address to be cleared. */
    long start() {
        return start;
    }

    /** Bytes to be cleared. */
    long length() {
        return end - start;
    }

    /** Whether the range's pages are to be dropped rather than zeroed. */
    boolean drops() {
        return drop;
    }

    /** Has the thread clear the range, then return {@code value}. */
    void clear(int slot, long value, Pending pending) {
        if (start >= end) {
            reply.done(slot, value);
        } else if (drop) {
            pending.first = start;
            pending.second = end;
            pending.fourth = value;
            pending.then(dropped);
            reply.make(slot, Nr.MADVISE, start, end - start, Mman.MADV_DONTNEED, 0, 0, 0);
        } else {
            reply.zero(slot, start, end - start, value);
        }
    }

    private void dropped(int slot, Pending pending, long result) {
        if (result < 0) { // locked memory is not dropped
            reply.zero(slot, pending.first, pending.second - pending.first, pending.fourth);
        } else {
            reply.done(slot, pending.fourth);
        }
    }
}
