package org.outrigger.kernel.memory;

import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;

/**
 * Memory outside the arena, in a job with a limit: Linux maps and protects it by the thread's own call, and what came of it is
 * entered in the books of {@link Commitment}.
 */
final class Elsewhere {
    private static final long PLAIN = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_NORESERVE | Mman.MAP_STACK
            | Mman.MAP_POPULATE;
    private static final long FIXED = Mman.MAP_FIXED | Mman.MAP_FIXED_NOREPLACE;
    /** The tag of shared anonymous memory until it is entered as {@link Commitment#SHARED}. */
    private static final int SHARED_ANONYMOUS = Commitment.STACK + 1;

    private final Reply reply;
    private final Pending.Step mapped = this::mapped;
    private final Pending.Step protectedNow = this::protectedNow;

    Elsewhere(Reply reply) {
        this.reply = reply;
    }

    /** Whether the operands of {@code mmap} ask for what the arena has, as {@code memory.c} decides it too. */
    static boolean plain(Request request) {
        long flags = request.arg(3);
        return (flags & ~PLAIN) == 0 && (flags & Mman.MAP_ANONYMOUS) != 0 && kind(flags) == Mman.MAP_PRIVATE
                && request.arg(2) == (Mman.PROT_READ | Mman.PROT_WRITE) && (request.arg(5) & Mman.PAGE_SIZE - 1) == 0;
    }

    private static long kind(long flags) {
        return flags & Mman.MAP_TYPE;
    }

    /** What a mapping is to be entered as, by the operands of its call. */
    static int tag(Request request) {
        long flags = request.arg(3);
        if (kind(flags) != Mman.MAP_PRIVATE) {
            return (flags & Mman.MAP_ANONYMOUS) != 0 ? SHARED_ANONYMOUS : Commitment.SHARED;
        }
        return (request.arg(2) & Mman.PROT_WRITE) != 0 ? Commitment.PRIVATE : Ranges.NONE;
    }

    /** Bytes that {@code mmap} needs beyond what its range is charged for already; 0 where Linux will refuse it. */
    static long needOfMap(AddressSpace space, Request request) {
        int tag = tag(request);
        long length = MemoryCalls.roundUp(request.arg(1));
        if (tag != Commitment.PRIVATE && tag != SHARED_ANONYMOUS || !Limits.sane(0, length)) {
            return 0;
        }
        long start = request.arg(0);
        boolean replaces = (request.arg(3) & FIXED) == Mman.MAP_FIXED && Limits.sane(start, length);
        return Math.max(0, length - (replaces ? Limits.charged(space, start, start + length) : 0));
    }

    /** Linux maps what the operands say. */
    void map(AddressSpace space, Request request, Pending pending) {
        note(space, request, pending);
        reply.tell(request.slot());
    }

    /** The result of a call to Linux with such operands is awaited. */
    void note(AddressSpace space, Request request, Pending pending) {
        note(space, MemoryCalls.roundUp(request.arg(1)), tag(request), pending);
    }

    /** Linux maps so many bytes where it likes. */
    void map(AddressSpace space, int slot, long length, int tag, Pending pending) {
        note(space, length, tag, pending);
        reply.tell(slot);
    }

    private void note(AddressSpace space, long length, int tag, Pending pending) {
        pending.first = length;
        pending.second = tag;
        pending.subject = space;
        pending.then(mapped);
    }

    private void mapped(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        if (result >= 0) {
            long end = result + pending.first;
            space.commitment().forget(result, end);
            if (pending.second == Commitment.PRIVATE) {
                space.bookRest(result, end);
            } else if (pending.second != Ranges.NONE) {
                space.book(result, end, Commitment.SHARED);
            }
            if (pending.second == SHARED_ANONYMOUS) {
                space.commitment().share(pending, result, end);
            }
        }
        space.settle(pending);
        reply.done(slot, result);
    }

    /** Linux makes a range writable that is not all charged yet, or was. */
    void protect(AddressSpace space, int slot, long start, long length, Pending pending) {
        pending.first = start;
        pending.second = start + length;
        pending.subject = space;
        pending.then(protectedNow);
        space.taint(start, start + length);
        reply.tell(slot);
    }

    /** Where there is a hole in it, Linux has changed what lies before: the whole is charged until it is unmapped. */
    private void protectedNow(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        if (result == 0 || result == -Errno.ENOMEM) {
            space.bookRest(pending.first, pending.second);
        }
        space.settle(pending);
        reply.done(slot, result);
    }
}
