package org.outrigger.channel;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Senders on threads of their own and a receiver that spins, then sleeps, as the kernel loop does. */
final class Traffic {
    private static final long NAP_NS = TimeUnit.SECONDS.toNanos(10);

    private final Shared shared;
    private final Receiver receiver;
    private final int senders;
    private final int perSender;
    private final int loopSpin;
    private final int senderSpin;
    private final int pauseEvery;
    private final Thread[] threads;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private Thread loop;
    private long served;
    private long naps;
    private volatile boolean done;

    /**
     * @param perSender  requests of each sender
     * @param loopSpin   turns without work before the receiver sleeps
     * @param senderSpin turns that a sender spins for its reply
     * @param pauseEvery a sender rests after about so many requests, long enough to be polled no longer; 0 for never
     */
    Traffic(Arena arena, int senders, int perSender, int loopSpin, int senderSpin, int pauseEvery) {
        this.shared = Shared.of(arena, 128);
        this.senders = senders;
        this.perSender = perSender;
        this.loopSpin = loopSpin;
        this.senderSpin = senderSpin;
        this.pauseEvery = pauseEvery;
        this.threads = new Thread[senders];
        this.receiver = new Receiver(shared.memory(), shared.geometry(), this::wake);
    }

    long served() {
        return served;
    }

    /** How often the receiver slept. */
    long naps() {
        return naps;
    }

    private static int slotOf(int sender) {
        return sender * 2 + 1; // over two words, with idle slots between
    }

    private void wake(long address) {
        long offset = address - shared.memory().address() - shared.geometry().slotBase() - Shared.REP_SEQ;
        LockSupport.unpark(threads[(int) (offset / shared.geometry().slotSize()) / 2]);
    }

    /** Runs until every sender has had all its answers. */
    void run() throws InterruptedException {
        List<Sender> ends = new ArrayList<>();
        for (int i = 0; i < senders; i++) {
            Sender sender = new Sender(shared, slotOf(i), senderSpin, number -> LockSupport.unpark(loop));
            ends.add(sender);
            int seed = i;
            threads[i] = guarded(() -> send(sender, seed));
        }
        loop = guarded(this::receive);
        loop.start();
        for (Thread thread : threads) {
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        done = true;
        receiver.ring(address -> LockSupport.unpark(loop));
        loop.join();
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
    }

    private Thread guarded(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((whose, thrown) -> failure.compareAndSet(null, thrown));
        return thread;
    }

    private void send(Sender sender, int seed) {
        Random random = new Random(seed);
        for (int i = 0; i < perSender && failure.get() == null; i++) {
            long answer = sender.ask((long) seed << 32 | i);
            if (answer != ~((long) seed << 32 | i)) {
                throw new AssertionError("sender " + seed + ", request " + i + ": wrong answer " + Long.toHexString(answer));
            }
            if (pauseEvery > 0 && random.nextInt(pauseEvery) == 0) {
                LockSupport.parkNanos(random.nextInt(200_000));
            }
        }
    }

    private void receive() {
        int idle = 0;
        while (!done || failure.get() != null) {
            int slot = receiver.poll();
            if (slot >= 0) {
                serve(slot);
                idle = 0;
            } else if (++idle <= loopSpin) {
                Thread.onSpinWait();
            } else {
                sleep();
                idle = 0;
            }
            if (failure.get() != null) {
                return;
            }
        }
    }

    private void sleep() {
        int bell = receiver.drowse();
        int slot = receiver.poll();
        if (slot < 0 && !done) {
            naps++;
            long asleep = System.nanoTime();
            while (shared.get(Shared.DOORBELL) == bell && failure.get() == null) {
                LockSupport.parkNanos(NAP_NS);
                if (System.nanoTime() - asleep >= NAP_NS) {
                    throw new AssertionError("nobody woke the receiver");
                }
            }
        }
        receiver.awake();
        if (slot >= 0) {
            serve(slot);
        }
    }

    private void serve(int slot) {
        long at = shared.geometry().slot(slot);
        long operand = shared.memory().get(ValueLayout.JAVA_LONG, at + Shared.OPERAND);
        shared.memory().set(ValueLayout.JAVA_LONG, at + Shared.VALUE, ~operand);
        served++;
        receiver.reply(slot);
    }
}
