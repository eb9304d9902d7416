package org.outrigger.kernel.memory;

import org.outrigger.abi.Nr;
import org.outrigger.kernel.loop.Reply;

/**
 * What is present of a stretch of memory, copied to another mapping by the thread that waits for the LWK: one {@code DO} of
 * {@code process_vm_readv(2)}, which needs no permission to the thread's own memory, for each run of pages.
 */
final class PresentCopy {
    private final AddressSpace space;
    private final long[] found = new long[2 * Residency.RUNS];
    private long start;
    private long end;
    private int runs;
    private int run;

    PresentCopy(AddressSpace space) {
        this.space = space;
    }

    /** Begins with a stretch: asks Linux what is there, and takes all of it where Linux does not tell. */
    void begin(Inspection inspection, long from, long to) {
        nothing(from, to);
        if (inspection.look(space, from, to)) {
            runs = inspection.runs(found);
        } else {
            runs = 1;
            found[0] = from;
            found[1] = to;
        }
    }

    /** Begins with a stretch of which nothing is wanted. */
    void nothing(long from, long to) {
        start = from;
        end = to;
        runs = 0;
        run = 0;
    }

    /** Whether there is nothing to copy. */
    boolean empty() {
        return runs == 0;
    }

    /**
     * Has the thread of a slot copy the next run.
     *
     * @param target where the start of the stretch is to go
     * @return false when there is none left, and nothing was asked
     */
    boolean next(Reply reply, int slot, long target) {
        if (run == runs) {
            return false;
        }
        long vectors = reply.scratch(slot, target + from() - start, length(), from(), length());
        reply.make(slot, Nr.PROCESS_VM_READV, space.owner(), vectors, 1, vectors + 2 * Long.BYTES, 1, 0);
        return true;
    }

    /**
     * Takes what the call came back with.
     *
     * @return whether it is worth going on
     */
    boolean copied(long result) {
        if (result == length()) {
            run++;
        } else {
            found[2 * run] += result; // Linux copies less than 2 GiB at a time
        }
        return result > 0;
    }

    private long from() {
        return Math.max(found[2 * run], start);
    }

    private long length() {
        return Math.min(found[2 * run + 1], end) - from();
    }
}
