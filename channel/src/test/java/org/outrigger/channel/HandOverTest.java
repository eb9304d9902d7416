package org.outrigger.channel;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several receivers that give slots to each other, with requests in them and without: no request is lost or answered twice. */
@Timeout(value = 60, unit = SECONDS)
class HandOverTest {
    private static final long NAP_NS = SECONDS.toNanos(10);
    private static final int SLOTS = 256;

    /** A receiver with its thread. Number 0 decides where slots go; the others give it some of their requests to answer. */
    private final class Loop {
        final Shared own;
        final int number;
        final Receiver receiver;
        final Random random;
        final Queue<Integer> inbox = new ConcurrentLinkedQueue<>();
        final int spin;
        Thread thread;
        long served;

        Loop(int number, int spin) {
            this.number = number;
            this.spin = spin;
            own = shared.withBellsOf(number);
            receiver = new Receiver(own.memory(), own.geometry(), HandOverTest.this::wakeSender, owners, number);
            random = new Random(number);
        }

        void run() {
            int idle = 0;
            while (!done && failure.get() == null) {
                if (turn()) {
                    idle = 0;
                } else if (++idle > spin) {
                    idle = 0;
                    sleep();
                }
            }
        }

        private boolean turn() {
            int slot = receiver.poll();
            if (slot < 0) {
                Integer passed = inbox.poll();
                slot = passed == null ? -1 : passed;
            }
            if (slot >= 0) {
                serve(slot);
            }
            return slot >= 0;
        }

        private void sleep() {
            int bell = receiver.drowse();
            if (!turn()) {
                long asleep = System.nanoTime();
                while (own.get(own.geometry().doorbell()) == bell && !done && failure.get() == null) {
                    LockSupport.parkNanos(NAP_NS);
                    if (System.nanoTime() - asleep >= NAP_NS) {
                        throw new AssertionError("nobody woke receiver " + number);
                    }
                }
            }
            receiver.awake();
        }

        private void serve(int slot) {
            if (!receiver.owns(slot)) {
                throw new AssertionError("slot " + slot + " is not receiver " + number + "'s");
            }
            if (number != 0 && random.nextInt(4) == 0) {
                receiver.give(slot, 0);
                loops.get(0).inbox.add(slot);
                loops.get(0).receiver.ring(address -> LockSupport.unpark(loops.get(0).thread));
                return;
            }
            long at = shared.geometry().slot(slot);
            long operand = shared.memory().get(ValueLayout.JAVA_LONG, at + Shared.OPERAND);
            shared.memory().set(ValueLayout.JAVA_LONG, at + Shared.VALUE, ~operand);
            served++;
            if (number == 0 && random.nextInt(3) == 0) {
                receiver.ask(slot); // in the midst of a conversation it stays
                return;
            }
            if (number == 0) {
                receiver.home(slot, random.nextInt(loops.size()));
            }
            receiver.reply(slot);
        }
    }

    private final Arena arena = Arena.ofShared();
    private final Shared shared = Shared.of(arena, SLOTS);
    private final Owners owners = new Owners(SLOTS);
    private final List<Loop> loops = new ArrayList<>();
    private final Thread[] senders = new Thread[SLOTS];
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean done;

    private void wakeSender(long address) {
        long offset = address - shared.memory().address() - shared.geometry().slotBase() - Shared.REP_SEQ;
        LockSupport.unpark(senders[(int) (offset / shared.geometry().slotSize())]);
    }

    private Thread guarded(Runnable work) {
        return new Thread(() -> {
            try {
                work.run();
            } catch (Throwable thrown) {
                failure.compareAndSet(null, thrown);
            }
        });
    }

    private void send(Sender sender, int slot, int requests) {
        Random random = new Random(slot);
        for (long i = 0; i < requests && failure.get() == null; i++) {
            long operand = (long) slot << 32 | i;
            if (sender.ask(operand) != ~operand) {
                throw new AssertionError("slot " + slot + ": wrong answer to request " + i);
            }
            if (random.nextInt(200) == 0) {
                LockSupport.parkNanos(random.nextInt(300_000));
            }
        }
    }

    private void storm(int receivers, int senderCount, int requests, int loopSpin, int senderSpin) throws InterruptedException {
        for (int i = 0; i < receivers; i++) {
            loops.add(new Loop(i, loopSpin));
        }
        for (int i = 0; i < senderCount; i++) {
            int slot = i * 37 % SLOTS;
            Sender sender = new Sender(shared, slot, senderSpin, loop -> LockSupport.unpark(loops.get(loop).thread));
            senders[slot] = guarded(() -> send(sender, slot, requests));
        }
        for (Loop loop : loops) {
            loop.thread = guarded(loop::run);
        }
        for (Loop loop : loops) {
            loop.thread.start();
        }
        for (Thread sender : senders) {
            if (sender != null) {
                sender.start();
            }
        }
        for (Thread sender : senders) {
            if (sender != null) {
                sender.join();
            }
        }
        done = true;
        long served = 0;
        for (Loop loop : loops) {
            LockSupport.unpark(loop.thread);
            loop.thread.join();
            served += loop.served;
            assertTrue(loop.served > 0 || failure.get() != null, "receiver " + loop.number + " had nothing to do");
        }
        arena.close();
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
        assertEquals((long) senderCount * requests, served);
    }

    @Test
    void twoReceiversThatSpin() throws InterruptedException {
        storm(2, 5, 20_000, 2000, 500);
    }

    @Test
    void threeReceiversThatSleepAtOnce() throws InterruptedException {
        storm(3, 6, 8_000, 0, 50);
    }

    @Test
    void fourReceiversAndMoreSendersThanArePolled() throws InterruptedException {
        storm(4, 100, 600, 200, 20);
    }

    @Test
    void aSlotChangesHandsWithItsNextAnswer() {
        Receiver first = new Receiver(shared.memory(), shared.geometry(), address -> { }, owners, 0);
        Shared bells = shared.withBellsOf(1);
        Receiver second = new Receiver(shared.memory(), bells.geometry(), address -> { }, owners, 1);
        Sender sender = new Sender(shared, 5, 0, loop -> { });
        sender.post(0);
        assertEquals(-1, second.poll());
        assertEquals(5, first.poll());
        first.home(5, 1);
        first.ask(5);
        sender.post(0);
        assertEquals(1, sender.rings(), "it is still polled");
        assertEquals(5, first.poll());
        first.reply(5);
        assertEquals(1, shared.loop(5));
        sender.post(0);
        assertEquals(2, sender.rings(), "a promise goes with the slot");
        assertEquals(-1, first.poll());
        assertEquals(5, second.poll());
        second.give(5, 0);
        assertTrue(first.owns(5));
        first.reply(5);
        assertTrue(second.owns(5), "it went home");
        arena.close();
    }

    /** A thread that rings a bell that is not its loop's gets no answer from there, and does nobody harm. */
    @Test
    void aBellOfAnothersSlotIsIgnored() {
        Receiver first = new Receiver(shared.memory(), shared.geometry(), address -> { }, owners, 0);
        Shared bells = shared.withBellsOf(1);
        Receiver second = new Receiver(shared.memory(), bells.geometry(), address -> { }, owners, 1);
        first.give(7, 1);
        shared.set(shared.geometry().slot(7) + Shared.REQ_SEQ, 1);
        Shared.LONG.setVolatile(shared.memory(), shared.geometry().pending(), 1L << 7);
        Shared.LONG.setVolatile(shared.memory(), shared.geometry().summary(), -1L);
        assertEquals(-1, first.poll());
        Shared.LONG.setVolatile(shared.memory(), bells.geometry().pending(), 1L << 7);
        assertEquals(-1, second.poll(), "it looks only where the summary says");
        Shared.LONG.setVolatile(shared.memory(), bells.geometry().summary(), 1L);
        assertEquals(7, second.poll());
        arena.close();
    }
}
