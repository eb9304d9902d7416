package org.outrigger.channel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The receiving end of all channels, owned by one thread. After the mOS paper's protocol: a sender inserts its request, rings a
 * doorbell bit unless the receiver polls that slot anyway, and wakes the receiver only when it sleeps.
 *
 * <p>A slot is polled directly after it has rung, and until it has been silent for {@link #PATIENCE} turns; so finding a request
 * costs no scan of all slots, and a busy sender rings no bell. Everything here is written by others and untrusted; indexes come
 * from the receiver's own scan, never from the memory.
 */
public final class Receiver {
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    /** Slots polled at a time. */
    static final int HOT = 16;
    /** Doorbell words looked at in one turn while slots are polled, so that these do not wait for a look at all. */
    static final int GLANCE = 4;
    /** Looks at the polled slots in one turn: the next request of a busy sender is seen without a look at anything else. */
    private static final int LOOKS = 64;
    /** Turns without a request after which a slot is no longer polled. */
    static final int PATIENCE = 512;
    /** Replies whose senders are looked after together. */
    private static final int OWED = 16;
    /** Requests of polled slots after which the doorbells come first, so that busy senders do not starve the others. */
    private static final int STREAK = 64;

    private final MemorySegment memory;
    private final Geometry geometry;
    private final Wake wake;
    private final int words;
    private final int[] seen;
    private final int[] hot = new int[HOT];
    private final int[] silence = new int[HOT];
    private int hotCount;
    /** Where the polled slots are looked at next, and the doorbell words after them. */
    private int turn;
    private int streak;
    /** Slots that have been answered since it was last looked whether their senders sleep. */
    private final int[] owed = new int[OWED];
    private int owedCount;
    private long bits;
    private int bitsWord;

    /** Wakes a sender that sleeps on the word at an address. */
    public interface Wake {
        void wake(long address);
    }

    public Receiver(MemorySegment memory, Geometry geometry, Wake wake) {
        this.memory = memory;
        this.geometry = geometry;
        this.wake = wake;
        this.words = geometry.slots() / Long.SIZE;
        this.seen = new int[geometry.slots()];
    }

    private boolean fresh(int slot) {
        int sequence = (int) INT.getAcquire(memory, geometry.slot(slot) + geometry.reqSeq());
        if (sequence == seen[slot]) {
            return false;
        }
        seen[slot] = sequence;
        return true;
    }

    /**
     * Finds the next request. While slots are polled it looks at a few of the doorbells in each turn, so that a new sender may be
     * found some turns later; after {@link #drowse} nothing is missed. The slot's request fields may be read afterwards, and must
     * be answered by {@link #reply} exactly once, now or later.
     *
     * @return index of the slot, or -1
     */
    public int poll() {
        if (streak < STREAK) {
            int slot = pollHot();
            if (slot >= 0) {
                streak++;
                return slot;
            }
            streak = 0;
            settle();
            return pollDoorbells(hotCount > 0 ? GLANCE : words);
        }
        streak = 0;
        settle();
        int slot = pollDoorbells(GLANCE);
        return slot >= 0 ? slot : pollHot();
    }

    private int pollHot() {
        for (int look = 0; look < LOOKS; look++) {
            for (int i = 0; i < hotCount; i++) {
                turn = turn + 1 < hotCount ? turn + 1 : 0;
                int slot = hot[turn];
                if (fresh(slot)) {
                    silence[turn] = 0;
                    return slot;
                }
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

    private int pollDoorbells(int most) {
        for (int i = 0; i <= most; i++) {
            while (bits != 0) {
                int slot = bitsWord * Long.SIZE + Long.numberOfTrailingZeros(bits);
                bits &= bits - 1;
                if (fresh(slot)) {
                    heat(slot);
                    return slot;
                }
            }
            bitsWord = bitsWord + 1 < words ? bitsWord + 1 : 0;
            long at = geometry.pending() + bitsWord * 8L;
            if ((long) LONG.getOpaque(memory, at) != 0) {
                bits = (long) LONG.getAndSet(memory, at, 0L);
            }
        }
        return -1;
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
        for (int i = 0; i < hotCount; i++) {
            if (hot[i] == slot) {
                silence[i] = 0;
                return;
            }
        }
        heat(slot);
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
        }
    }

    /**
     * Publishes the reply whose fields have been written. A sender that sleeps is woken in one of the next turns: whether it does can
     * only be told after a full fence, which a busy sender need not wait for.
     */
    public void reply(int slot) {
        INT.setRelease(memory, geometry.slot(slot) + geometry.repSeq(), seen[slot]);
        if (owedCount == 0 || owed[owedCount - 1] != slot) {
            if (owedCount == OWED) {
                settle();
            }
            owed[owedCount++] = slot;
        }
    }

    /** Wakes those who sleep though they have been answered; to be called before the receiver does something that takes long. */
    public void settle() {
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
        for (int i = 0; i < hotCount; i++) {
            if (hot[i] == slot) {
                cool(i);
                break;
            }
        }
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
