package org.outrigger.kernel.memory;

import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;

/** Decides, in a job with a limit, whether a memory call may have what it asks for, before anything is done. */
final class Limits {
    /** The highest address that a process may map. */
    private static final long TASK_SIZE = 0x7fff_ffff_f000L;

    private final Reply reply;
    private final Residency processes;

    Limits(Reply reply, Residency processes) {
        this.reply = reply;
        this.processes = processes;
    }

    /** Whether Linux would look at such a range at all. */
    static boolean sane(long start, long length) {
        return length > 0 && length <= TASK_SIZE && start >= 0 && start <= TASK_SIZE - length;
    }

    /** Reserves what the call needs; false: it has been refused. */
    boolean admit(AddressSpace space, Request request, Pending pending) {
        if (pending.reserved != 0) { // of a conversation that a signal handler abandoned
            space.settle(pending);
        }
        long need = need(space, request);
        if (need == 0 || reserve(space, pending, need)) {
            return true;
        }
        refused(space, need);
        if (request.nr() == Nr.BRK) {
            reply.heap(request.slot(), space.breakNow(), space.breakMapped(), 0, 0);
        } else {
            reply.done(request.slot(), -Errno.ENOMEM);
        }
        return false;
    }

    private boolean reserve(AddressSpace space, Pending pending, long need) {
        Commitment commitment = space.commitment();
        if (commitment.reserve(pending, need)) {
            return true;
        }
        commitment.account().budget().reap(processes);
        return commitment.reserve(pending, need);
    }

    private static void refused(AddressSpace space, long bytes) {
        space.commitment().account().budget().refused(space.commitment().owner(), bytes);
    }

    /** A fork copies what its parent is charged for: pays for that; false: there is no room. */
    boolean admitFork(AddressSpace space) {
        Commitment commitment = space.commitment();
        if (commitment.prepay()) {
            return true;
        }
        commitment.account().budget().reap(processes);
        if (commitment.prepay()) {
            return true;
        }
        refused(space, commitment.charged());
        return false;
    }

    private static long need(AddressSpace space, Request request) {
        return switch ((int) request.nr()) {
            case Nr.MMAP -> Elsewhere.needOfMap(space, request);
            case Nr.BRK -> needOfBreak(space, request.arg(0));
            case Nr.MREMAP -> needOfRemap(space, request);
            case Nr.MPROTECT, Nr.PKEY_MPROTECT -> needOfProtection(space, request);
            default -> 0;
        };
    }

    private static long needOfBreak(AddressSpace space, long wanted) {
        return wanted < space.breakStart() || wanted > TASK_SIZE ? 0
                : Math.max(0, MemoryCalls.roundUp(wanted) - MemoryCalls.roundUp(space.breakNow()));
    }

    private static long needOfRemap(AddressSpace space, Request request) {
        long old = request.arg(0);
        long oldLength = MemoryCalls.roundUp(request.arg(1));
        long length = MemoryCalls.roundUp(request.arg(2));
        long flags = request.arg(3);
        if (!sane(old, Math.max(1, oldLength)) || !sane(0, length) || charged(space, old, old + oldLength) == 0) {
            return 0;
        }
        long target = request.arg(4);
        long gone = (flags & Mman.MREMAP_FIXED) != 0 && sane(target, length) ? charged(space, target, target + length) : 0;
        return Math.max(0, length - ((flags & Mman.MREMAP_DONTUNMAP) != 0 ? 0 : oldLength) - gone);
    }

    static long needOfProtection(AddressSpace space, Request request) {
        long start = request.arg(0);
        long length = MemoryCalls.roundUp(request.arg(1));
        return (request.arg(2) & Mman.PROT_WRITE) == 0 || (start & Mman.PAGE_SIZE - 1) != 0 || !sane(start, length) ? 0
                : space.commitment().rest(space, start, start + length);
    }

    /** What of a range is charged: allocated pieces of the arena, heap, private mappings elsewhere. */
    static long charged(AddressSpace space, long start, long end) {
        long heap = Math.min(end, MemoryCalls.roundUp(space.breakNow())) - Math.max(start, space.heapFrom());
        return Math.max(0, heap) + forgettable(space, start, end);
    }

    /** The same without the heap: what leaves the books when the range is forgotten. */
    static long forgettable(AddressSpace space, long start, long end) {
        return space.commitment().bytes(start, end) + space.arena().bytes(start, end, Arena.USED_SET);
    }
}
