package org.outrigger.channel;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Where the fields of channels lie in the shared memory, in bytes from its beginning; fields of a slot from the slot's beginning.
 *
 * @param slots    how many slots there are, a multiple of 64
 * @param slotBase the first slot
 * @param slotSize bytes from one slot to the next
 * @param pending  the receiver's doorbell bits, one per slot, set by senders
 * @param summary  64 bits: each tells that there may be a doorbell bit in one 64th of the slots; set by senders afterwards
 * @param taken    bits of slots in use
 * @param sleeping 32 bits: the receiver sleeps
 * @param doorbell 32 bits: raised by senders to a sleeping receiver
 * @param reqSeq   32 bits: number of the last request
 * @param repSeq   32 bits: number of the last reply
 * @param polled   32 bits: the receiver looks at this slot in every turn
 * @param waiting  32 bits: the sender sleeps on {@code repSeq}
 * @param loop     16 bits: number of the receiver whose doorbells the sender rings
 */
public record Geometry(int slots, long slotBase, long slotSize, long pending, long summary, long taken, long sleeping,
                       long doorbell, long reqSeq, long repSeq, long polled, long waiting, long loop) {

    /**
     * Address of the first slot in this process, once it is checked that all of them are within the memory.
     *
     * @throws IndexOutOfBoundsException if they are not
     */
    public long firstSlot(MemorySegment memory) {
        Objects.checkFromIndexSize(slotBase, slots * slotSize, memory.byteSize());
        return memory.address() + slotBase;
    }

    /** Offset of a slot. */
    public long slot(int index) {
        return slotBase + index * slotSize;
    }
}
