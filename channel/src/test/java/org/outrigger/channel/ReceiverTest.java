package org.outrigger.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The receiver's promises, step by step on one thread. */
class ReceiverTest {
    private static final int SLOTS = 16384;

    private final Arena arena = Arena.ofShared();
    private final Shared shared = Shared.of(arena, SLOTS);
    private final List<Long> woken = new ArrayList<>();
    private final Receiver receiver = new Receiver(shared.memory(), shared.geometry(), woken::add);
    private int receiverWoken;

    @AfterEach
    void close() {
        arena.close();
    }

    private Sender sender(int slot) {
        return new Sender(shared, slot, 0, loop -> receiverWoken++);
    }

    private int polled(int slot) {
        return shared.get(shared.geometry().slot(slot) + Shared.POLLED);
    }

    private int answered(int slot) {
        return shared.get(shared.geometry().slot(slot) + Shared.REP_SEQ);
    }

    @Test
    void findsNothingWhereNothingIs() {
        assertEquals(-1, receiver.poll());
    }

    @Test
    void findsEveryRequestOnceInEverySlot() {
        Set<Integer> expected = new HashSet<>();
        Set<Integer> found = new HashSet<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            sender(slot).post(slot);
            expected.add(slot);
        }
        for (int slot = receiver.poll(); slot >= 0; slot = receiver.poll()) {
            assertTrue(found.add(slot), "found twice");
            receiver.reply(slot);
            assertEquals(1, answered(slot));
        }
        assertEquals(expected, found);
    }

    @Test
    void aSlotThatRangIsPolledUntilItHasBeenSilent() {
        Sender sender = sender(77);
        sender.post(0);
        assertEquals(77, receiver.poll());
        assertEquals(1, polled(77));
        receiver.reply(77);
        sender.post(0);
        assertEquals(1, sender.rings(), "rang though it is polled");
        assertEquals(77, receiver.poll());
        receiver.reply(77);
        for (int turn = 0; turn <= Receiver.PATIENCE + 1; turn++) { // in one of them it looks at the rest of the bells
            assertEquals(-1, receiver.poll());
        }
        assertEquals(0, polled(77));
        sender.post(0);
        assertEquals(2, sender.rings());
        assertEquals(77, receiver.poll());
    }

    /** The sender has seen the promise and does not ring; the receiver takes the promise back before it has looked again. */
    @Test
    void aRequestPostedUnderAPromiseSurvivesItsEnd() {
        sender(5).post(0);
        assertEquals(5, receiver.poll());
        receiver.reply(5);
        shared.set(shared.geometry().slot(5) + Shared.REQ_SEQ, 2);
        receiver.drowse();
        assertEquals(0, polled(5));
        assertEquals(5, receiver.poll());
    }

    @Test
    void repliesInAnyOrder() {
        for (int slot = 10; slot < 60; slot++) {
            sender(slot).post(0);
        }
        List<Integer> order = new ArrayList<>();
        for (int slot = receiver.poll(); slot >= 0; slot = receiver.poll()) {
            order.addFirst(slot);
        }
        assertEquals(50, order.size());
        for (int slot : order) {
            assertEquals(0, answered(slot));
            receiver.reply(slot);
            assertEquals(1, answered(slot));
        }
    }

    @Test
    void wakesOnlyWhoSleeps() {
        sender(3).post(0);
        sender(4).post(0);
        shared.set(shared.geometry().slot(4) + Shared.WAITING, 1);
        receiver.reply(receiver.poll());
        receiver.reply(receiver.poll());
        assertEquals(-1, receiver.poll()); // only now it is looked who sleeps
        long word = shared.memory().address() + shared.geometry().slot(4) + Shared.REP_SEQ;
        assertEquals(List.of(word), woken);
        woken.clear();
        receiver.wakeAll();
        assertEquals(List.of(word), woken);
    }

    @Test
    void isRungOnlyWhileItSleeps() {
        sender(0).post(0);
        assertEquals(0, receiverWoken);
        assertEquals(0, receiver.poll());
        int bell = receiver.drowse();
        sender(1).post(0);
        assertEquals(1, receiverWoken);
        assertEquals(bell + 1, shared.get(Shared.DOORBELL), "the receiver's wait must not begin");
        receiver.awake();
        sender(2).post(0);
        assertEquals(1, receiverWoken);
        List<Long> own = new ArrayList<>();
        receiver.ring(own::add);
        assertEquals(List.of(), own);
        receiver.drowse();
        receiver.ring(own::add);
        assertEquals(List.of(receiver.doorbell()), own);
    }

    /** Slots that are polled and busy in every turn must not keep a ringing one waiting for good. */
    @Test
    void busySlotsDoNotStarveTheOthers() {
        for (int slot = 0; slot < Receiver.HOT; slot++) {
            sender(slot).post(0);
        }
        for (int slot = 0; slot < Receiver.HOT; slot++) {
            receiver.reply(receiver.poll());
        }
        BitSet idle = new BitSet();
        idle.set(0, Receiver.HOT);
        sender(1000).post(0);
        for (int turn = 0; turn < 10_000; turn++) {
            idle.stream().forEach(slot -> sender(slot).post(0));
            idle.clear();
            int slot = receiver.poll();
            if (slot == 1000) {
                return;
            }
            receiver.reply(slot);
            idle.set(slot);
        }
        throw new AssertionError("a request waits while others are served 10,000 times");
    }

    @Test
    void takesEverySlotOnceAndNoMore() {
        BitSet taken = new BitSet();
        for (int i = 0; i < SLOTS; i++) {
            int slot = receiver.take();
            assertFalse(taken.get(slot));
            taken.set(slot);
        }
        assertEquals(SLOTS, taken.length());
        assertEquals(-1, receiver.take());
        receiver.release(12345);
        assertEquals(12345, receiver.take());
        assertEquals(-1, receiver.take());
    }

    @Test
    void aReleasedSlotIsForgotten() {
        int slot = receiver.take();
        sender(slot).post(0);
        assertEquals(slot, receiver.poll());
        sender(slot).post(0); // its owner dies over this request
        receiver.release(slot);
        assertEquals(0, polled(slot));
        assertEquals(-1, receiver.poll());
        assertEquals(slot, receiver.take());
        sender(slot).post(0); // the next owner counts on
        assertEquals(slot, receiver.poll());
        receiver.reply(slot);
        assertEquals(3, answered(slot));
    }

    @Test
    void threadsAndReceiverTakeDifferentSlots() throws InterruptedException {
        int threads = 4;
        BitSet[] mine = new BitSet[threads];
        Thread[] takers = new Thread[threads];
        for (int t = 0; t < threads; t++) {
            BitSet set = new BitSet();
            mine[t] = set;
            Receiver own = new Receiver(shared.memory(), shared.geometry(), address -> { });
            takers[t] = new Thread(() -> take(own, set, new Random(set.hashCode())));
            takers[t].start();
        }
        BitSet all = new BitSet();
        for (int t = 0; t < threads; t++) {
            takers[t].join();
            assertFalse(all.intersects(mine[t]), "one slot for two");
            all.or(mine[t]);
        }
        assertEquals(SLOTS, all.cardinality());
    }

    private static void take(Receiver receiver, BitSet mine, Random random) {
        for (int slot = receiver.take(); slot >= 0; slot = receiver.take()) {
            mine.set(slot);
            if (random.nextInt(4) == 0) {
                mine.clear(slot);
                receiver.release(slot);
            }
        }
    }
}
