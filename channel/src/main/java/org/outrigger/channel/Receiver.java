package org.outrigger.channel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * The receiving end of the channels that belong to one kernel loop, owned by its thread. After the mOS paper's protocol: a sender
 * inserts its request, rings a doorbell bit unless the receiver polls that slot anyway, and wakes the receiver only if it sleeps.
 *
 * <p>A slot is polled directly after it has rung, and until it has been silent for {@link #PATIENCE} turns; so finding a request
 * costs no scan: a word that sums up the doorbells tells where to look. A busy sender rings no bell. Everything here is
 * written by others and untrusted; indexes come from the receiver's own look at bits, never from the memory.
 */
public final class Receiver {
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle SHORT = ValueLayout.JAVA_SHORT.varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    /** Slots polled at a time. */
    static final int HOT = 16;
    /** Looks at the polled slots in one turn: a busy sender's next request is seen without a look at anything but the bells. */
    static final int LOOKS = 16;
    /** Turns without a request after which a slot is no longer polled. */
    static final int PATIENCE = 256;
    /** Replies whose senders are looked after together. */
    private static final int OWED = 16;
    /** Requests of polled slots after which the doorbells come first, so that busy senders do not starve the others. */
    private static final int STREAK = 64;

    private final MemorySegment memory;
    private final Geometry geometry;
    private final Wake wake;
    /** Addresses of the first slot's request and reply numbers and of the summary of the doorbells; bytes between slots. */
    private final long requests;
    private final long replies;
    private final long summary;
    private final long stride;
    private final int groupSlots;
    private final int loop;
    private final int[] seen;
    private final int[] owner;
    private final int[] home;
    private final int[] hot = new int[HOT];
    private final int[] silence = new int[HOT];
    private int hotCount;
    /** Where the polled slots are looked at next. */
    private int turn;
    private int streak;
    /** Slots that have been answered since it was last looked whether their senders sleep. */
    private final int[] owed = new int[OWED];
    private int owedCount;
    /** What has been taken of the doorbells and not been looked at: groups of slots, words of a group, bits of a word. */
    private long groups;
    private int nextWord;
    private int endWord;
    private long bits;
    private int bitsWord;

    /** Wakes a sender that sleeps on the word at an address. */
    public interface Wake {
        void wake(long address);
    }

    /** The only receiver there is. */
    public Receiver(MemorySegment memory, Geometry geometry, Wake wake) {
        this(memory, geometry, wake, new Owners(geometry.slots()), 0);
    }

    /**
     * One of several receivers.
     *
     * @param geometry with the doorbells of this receiver
     * @param loop     its number, from 0
     */
    public Receiver(MemorySegment memory, Geometry geometry, Wake wake, Owners owners, int loop) {
        this.memory = memory;
        this.geometry = geometry;
        this.wake = wake;
        this.loop = loop;
        Objects.checkFromIndexSize(geometry.summary(), Long.BYTES, memory.byteSize());
        this.requests = geometry.firstSlot(memory) + geometry.reqSeq();
        this.replies = geometry.firstSlot(memory) + geometry.repSeq();
        this.summary = memory.address() + geometry.summary();
        this.stride = geometry.slotSize();
        this.groupSlots = Math.max(Long.SIZE, geometry.slots() / Long.SIZE);
        this.seen = owners.seen;
        this.owner = owners.owner;
        this.home = owners.home;
    }

    private boolean fresh(int slot) {
        int sequence = RawMemory.getIntAcquire(requests + slot * stride);
        if (sequence == seen[slot]) {
            return false;
        }
        seen[slot] = sequence;
        return true;
    }

    /**
     * Finds the next request: that of a polled slot, else one that has rung. The slot's request fields may be read afterwards,
     * and must be answered by {@link #reply} exactly once, now or later.
     *
     * @return index of the slot, or -1
     */
    public int poll() {
        if (streak >= STREAK) {
            streak = 0;
            settle();
            int slot = pollDoorbells();
            return slot >= 0 ? slot : pollHot();
        }
        int slot = pollHot();
        if (slot >= 0) {
            streak++;
            return slot;
        }
        streak = 0;
        settle();
        return pollDoorbells();
    }

    private int pollHot() {
        if (hotCount == 0) {
            return -1;
        }
        for (int look = 0; look < LOOKS; look++) {
            for (int i = 0; i < hotCount; i++) {
                turn = turn + 1 < hotCount ? turn + 1 : 0;
                int slot = hot[turn];
                if (fresh(slot)) {
                    silence[turn] = 0;
                    return slot;
                }
            }
            if (RawMemory.getLongOpaque(summary) != 0 || bits != 0 || groups != 0 || nextWord < endWord) {
                return -1; // somebody has rung
            }
            Thread.onSpinWait();
        }
        for (int place = hotCount - 1; place >= 0; place--) {
            if (++silence[place] > PATIENCE) {
                cool(place);
            }
        }
        return -1;
    }

    /** A sender sets its own bit before its group's, and the group's is taken first here: what is missed is announced again. */
    private int pollDoorbells() {
        boolean asked = false;
        while (true) {
            while (bits != 0) {
                int slot = bitsWord * Long.SIZE + Long.numberOfTrailingZeros(bits);
                bits &= bits - 1;
                if (owns(slot) && fresh(slot)) { // a bell of somebody else's slot is stale, or a lie
                    heat(slot);
                    return slot;
                }
            }
            if (nextWord < endWord) {
                bitsWord = nextWord++;
                bits = (long) LONG.getAndSet(memory, geometry.pending() + bitsWord * 8L, 0L);
            } else if (groups != 0) {
                nextWord = Long.numberOfTrailingZeros(groups) * groupSlots / Long.SIZE;
                endWord = Math.min(nextWord + groupSlots / Long.SIZE, geometry.slots() / Long.SIZE);
                groups &= groups - 1;
            } else if (asked || RawMemory.getLongOpaque(summary) == 0) {
                return -1;
            } else {
                groups = (long) LONG.getAndSet(memory, geometry.summary(), 0L);
                asked = true;
            }
        }
    }

    private void heat(int slot) {
        if (hotCount < HOT) {
            hot[hotCount] = slot;
            silence[hotCount++] = 0;
            INT.setVolatile(memory, geometry.slot(slot) + geometry.polled(), 1);
        }
    }

    /** Promises to look at a slot whose new owner will soon have something to say. */
    public void expect(int slot) {
        int place = placeOf(slot);
        if (place < 0) {
            heat(slot);
        } else {
            silence[place] = 0;
        }
    }

    private void cool(int place) {
        int slot = hot[place];
        hot[place] = hot[--hotCount];
        silence[place] = silence[hotCount];
        long at = geometry.slot(slot);
        INT.setVolatile(memory, at + geometry.polled(), 0);
        // A sender that still saw the promise has not rung: look once more, as if it had.
        if ((int) INT.getVolatile(memory, at + geometry.reqSeq()) != seen[slot]) {
            LONG.getAndBitwiseOr(memory, geometry.pending() + slot / Long.SIZE * 8L, 1L << slot % Long.SIZE);
            LONG.getAndBitwiseOr(memory, geometry.summary(), 1L << slot / groupSlots);
        }
    }

    /** Where the slot stands among those that are polled, or -1. */
    private int placeOf(int slot) {
        int place = hotCount - 1;
        while (place >= 0 && hot[place] != slot) {
            place--;
        }
        return place;
    }

    private void coolSlot(int slot) {
        int place = placeOf(slot);
        if (place >= 0) {
            cool(place);
        }
    }

    /** Whether the slot belongs to this receiver. */
    public boolean owns(int slot) {
        return (int) ELEMENT.getAcquire(owner, slot) == loop;
    }

    /** The slot, which belongs to this receiver, goes to another with its next {@link #reply}. */
    public void home(int slot, int next) {
        home[slot] = next;
    }

    /** Gives a slot whose thread waits for an answer, or is gone, to another receiver, which must be told of the request. */
    public void give(int slot, int next) {
        coolSlot(slot);
        SHORT.setOpaque(memory, geometry.slot(slot) + geometry.loop(), (short) next);
        ELEMENT.setRelease(owner, slot, next);
    }

    /** Answers for good: publishes the reply as {@link #ask} does; the next request goes to the slot's home. */
    public void reply(int slot) {
        if (home[slot] != loop) {
            give(slot, home[slot]);
        }
        ask(slot);
    }

    /**
     * Publishes the reply whose fields have been written; the sender will ask here again. If it sleeps it is woken in one of the
     * next turns: whether it does can only be told after a full fence, which a busy sender need not wait for.
     */
    public void ask(int slot) {
        RawMemory.putIntRelease(replies + slot * stride, seen[slot]);
        if (owedCount == 0 || owed[owedCount - 1] != slot) {
            if (owedCount == OWED) {
                settle();
            }
            owed[owedCount++] = slot;
        }
    }

    /** Wakes those who sleep though they have been answered. */
    private void settle() {
        if (owedCount == 0) {
            return;
        }
        VarHandle.fullFence();
        while (owedCount > 0) {
            long at = geometry.slot(owed[--owedCount]);
            if ((int) INT.getVolatile(memory, at + geometry.waiting()) != 0) {
                wake.wake(memory.address() + at + geometry.repSeq());
            }
        }
    }

    /** Forgets a slot whose owner is gone and gives it back. */
    public void release(int slot) {
        coolSlot(slot);
        fresh(slot);
        LONG.getAndBitwiseAnd(memory, geometry.taken() + slot / Long.SIZE * 8L, ~(1L << slot % Long.SIZE));
    }

    /** Takes a free slot, or returns -1. */
    public int take() {
        for (int word = 0; word < geometry.slots() / Long.SIZE; word++) {
            long at = geometry.taken() + word * 8L;
            long taken = (long) LONG.getVolatile(memory, at);
            while (taken != -1L) {
                long bit = Long.lowestOneBit(~taken);
                long found = (long) LONG.compareAndExchange(memory, at, taken, taken | bit);
                if (found == taken) {
                    return word * Long.SIZE + Long.numberOfTrailingZeros(bit);
                }
                taken = found;
            }
        }
        return -1;
    }

    /** Announces that the receiver is about to sleep; a last {@link #poll} must follow. Returns the doorbell's value. */
    public int drowse() {
        int value = (int) INT.getVolatile(memory, geometry.doorbell());
        while (hotCount > 0) {
            cool(hotCount - 1);
        }
        INT.setVolatile(memory, geometry.sleeping(), 1);
        return value;
    }

    /** Announces that the receiver is awake. */
    public void awake() {
        INT.setVolatile(memory, geometry.sleeping(), 0);
    }

    /** Address of the doorbell word in this process. */
    public long doorbell() {
        return memory.address() + geometry.doorbell();
    }

    /** Rings the doorbell as a sender does, from another thread of the receiver's own process, which brings its own waker. */
    public void ring(Wake own) {
        INT.getAndAdd(memory, geometry.doorbell(), 1);
        if ((int) INT.getVolatile(memory, geometry.sleeping()) != 0) {
            own.wake(doorbell());
        }
    }

    /** Wakes every sender that sleeps, so that it sees that there is nobody left to answer. */
    public void wakeAll() {
        for (int slot = 0; slot < geometry.slots(); slot++) {
            long at = geometry.slot(slot);
            if ((int) INT.getVolatile(memory, at + geometry.waiting()) != 0) {
                wake.wake(memory.address() + at + geometry.repSeq());
            }
        }
    }
}
