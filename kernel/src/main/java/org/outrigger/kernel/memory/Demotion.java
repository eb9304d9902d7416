package org.outrigger.kernel.memory;

import java.util.ArrayDeque;
import java.util.Queue;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;

/**
 * Replaces pages from the huge-page pools by ordinary memory with the same content, before a call that concerns a part of one.
 *
 * <pre>
 *    all others stand still -> for each piece: something there -> map new memory, have the thread copy, move it over the old
 *                                              nothing there   -> map new memory over the old
 *                           -> the others run again -> the call goes on
 * </pre>
 *
 * <p>The thread that waits does all of it, by {@code DO} replies; until the last step of a piece nothing has changed for the
 * program. See {@code docs/decisions/016-pages-from-pools-are-whole.md}.
 */
final class Demotion {
    private static final long PROT = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final long NEW = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_NORESERVE;
    private static final long PIECE = 64L << 20;
    /** Memory that must be left when all is copied. */
    private static final long MARGIN = 64L << 20;
    /** So much of the stack below the registers of the call in progress may be in use by the runtime. */
    private static final long STACK_BELOW = 64L << 10;
    private static final long STACK_ABOVE = 8L << 10;

    /** What goes on when it is done. */
    interface Then {
        /** @param done false where all or some is as it was */
        void go(boolean done);
    }

    private final class Work {
        final AddressSpace space;
        final int slot;
        final long to;
        final Then then;
        final Queue<Runnable> waiting = new ArrayDeque<>(2);
        final PresentCopy copy;
        /** The piece in hand. */
        long start;
        long end;
        long target;

        Work(AddressSpace space, int slot, long from, long to, Then then) {
            this.space = space;
            this.copy = new PresentCopy(space);
            this.slot = slot;
            this.end = from;
            this.to = to;
            this.then = then;
        }
    }

    private final Reply reply;
    private final Inspection inspection;
    private final HugePools pools;
    private final Standstill standstill;
    private final long advice;
    private final Pending.Step replaced = this::replaced;
    private final Pending.Step mapped = this::mapped;
    private final Pending.Step advised = this::advised;
    private final Pending.Step copied = this::copied;
    private final Pending.Step failed = this::failed;
    private final Pending.Step unexpected = this::unexpected;

    /** @param advice for the new memory, -1 for none */
    Demotion(Reply reply, Inspection inspection, HugePools pools, Standstill standstill, long advice) {
        this.reply = reply;
        this.inspection = inspection;
        this.pools = pools;
        this.standstill = standstill;
        this.advice = advice;
    }

    /** Replaces the pages that touch a range, while the thread of a slot waits. */
    void begin(AddressSpace space, int slot, long from, long to, Pending pending, Then then) {
        Work current = (Work) space.demotion();
        if (current != null) {
            current.waiting.add(() -> begin(space, slot, from, to, pending, then));
            return;
        }
        PoolBooks pool = space.arena().pool();
        long first = pool.first(from, to);
        if (first == to) {
            then.go(true);
            return;
        }
        Work work = new Work(space, slot, pool.pageStart(first), to, then);
        if (pool.bytes(PageSize.GIGANTIC) + pool.bytes(PageSize.LARGE) > pools.available() - MARGIN && tooMuch(work)) {
            space.poolUse().fallShort(Shortfall.NOT_DEMOTED);
            then.go(false);
            return;
        }
        space.demotion(work);
        pending.then(unexpected);
        standstill.begin(space, slot, still -> {
            if (still) {
                next(work, pending);
            } else {
                space.poolUse().fallShort(Shortfall.NOT_DEMOTED);
                finish(work, pending, false);
            }
        });
    }

    /** Nothing was asked of the thread: it waits for the others to stand still. */
    private void unexpected(int slot, Pending pending, long result) {
        reply.done(slot, -Errno.EINVAL);
    }

    private boolean tooMuch(Work work) {
        PoolBooks pool = work.space.arena().pool();
        long bytes = 0;
        for (long at = work.end; (at = pool.first(at, work.to)) < work.to; at = pool.pageEnd(at + 1)) {
            bytes += pool.at(at).bytes();
        }
        return bytes > pools.available() - MARGIN;
    }

    private void next(Work work, Pending pending) {
        Arena arena = work.space.arena();
        PoolBooks pool = arena.pool();
        long at = pool.first(work.end, work.to);
        if (at == work.to) {
            work.space.poolUse().fallShort(Shortfall.DEMOTED);
            standstill.end(work.space, work.slot);
            finish(work, pending, true);
            return;
        }
        work.start = pool.pageStart(at);
        long size = pool.at(at).bytes();
        long most = Math.min(pool.pageEnd(work.to), work.start + Math.max(size, PIECE));
        work.end = pool.end(work.start, most);
        pending.subject = work;
        if (arena.ranges().any(work.start, work.end, Arena.USED_SET)) {
            work.copy.begin(inspection, work.start, work.end);
        } else {
            work.copy.nothing(work.start, work.end);
        }
        if (work.copy.empty()) {
            pending.then(replaced);
            reply.make(work.slot, Nr.MMAP, work.start, work.end - work.start, PROT, NEW | Mman.MAP_FIXED, -1, 0);
        } else {
            work.target = 0;
            pending.then(mapped);
            reply.make(work.slot, Nr.MMAP, arena.scratch(), work.end - work.start, PROT, NEW | Mman.MAP_FIXED_NOREPLACE, -1, 0);
        }
    }

    private void mapped(int slot, Pending pending, long result) {
        Work work = (Work) pending.subject;
        if (result < 0) {
            fail(work, pending);
            return;
        }
        work.target = result;
        long frame = reply.context(slot);
        if (frame + STACK_ABOVE > work.start && frame - STACK_BELOW < work.end) {
            fail(work, pending); // it stands on what it is to replace
        } else if (advice >= 0) {
            pending.then(advised);
            reply.make(slot, Nr.MADVISE, result, work.end - work.start, advice, 0, 0, 0);
        } else {
            advised(slot, pending, 0);
        }
    }

    private void advised(int slot, Pending pending, long result) {
        copyNext((Work) pending.subject, pending);
    }

    private void copyNext(Work work, Pending pending) {
        pending.then(copied);
        if (!work.copy.next(reply, work.slot, work.target)) {
            pending.then(replaced);
            reply.make(work.slot, Nr.MREMAP, work.target, work.end - work.start, work.end - work.start,
                    Mman.MREMAP_MAYMOVE | Mman.MREMAP_FIXED, work.start, 0);
        }
    }

    private void copied(int slot, Pending pending, long result) {
        Work work = (Work) pending.subject;
        if (work.copy.copied(result)) {
            copyNext(work, pending);
        } else {
            fail(work, pending);
        }
    }

    private void replaced(int slot, Pending pending, long result) {
        Work work = (Work) pending.subject;
        if (result == work.start) {
            work.space.arena().demoted(work.start, work.end);
            next(work, pending);
        } else {
            fail(work, pending);
        }
    }

    private void fail(Work work, Pending pending) {
        work.space.poolUse().fallShort(Shortfall.NOT_DEMOTED);
        standstill.end(work.space, work.slot);
        if (work.target > 0) {
            pending.then(failed);
            reply.make(work.slot, Nr.MUNMAP, work.target, work.end - work.start, 0, 0, 0, 0);
        } else {
            finish(work, pending, false);
        }
    }

    private void failed(int slot, Pending pending, long result) {
        finish((Work) pending.subject, pending, false);
    }

    private static void finish(Work work, Pending pending, boolean done) {
        pending.subject = null;
        work.space.demotion(null);
        work.then.go(done);
        Runnable waiting;
        while ((waiting = work.waiting.poll()) != null) {
            waiting.run();
        }
    }

    /** All that an address space has from the pools, for a child that is about to be forked; from now on it gets no more. */
    void beforeFork(AddressSpace space, int slot, Pending pending, Runnable then) {
        space.poolUse().off();
        begin(space, slot, Layout.ARENA_BASE, Layout.ARENA_END, pending, done -> then.run());
    }
}
