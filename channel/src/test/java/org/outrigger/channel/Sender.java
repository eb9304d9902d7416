package org.outrigger.channel;

import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/** A thread's end of its channel, step for step as {@code channel.c} has it; a futex is a parked thread here. */
final class Sender {
    /** Long, so that a lost wake-up shows: the runtime's own naps are short enough to hide one. */
    private static final long NAP_NS = TimeUnit.SECONDS.toNanos(10);

    private final Shared shared;
    private final int slot;
    private final long at;
    private final int spin;
    private final IntConsumer wakeReceiver;
    private int rings;

    /**
     * @param spin         turns that it spins for its reply before it sleeps
     * @param wakeReceiver gets the number of the receiver that sleeps
     */
    Sender(Shared shared, int slot, int spin, IntConsumer wakeReceiver) {
        this.shared = shared;
        this.slot = slot;
        this.at = shared.geometry().slot(slot);
        this.spin = spin;
        this.wakeReceiver = wakeReceiver;
    }

    /** How often it rang because nobody had promised to look. */
    int rings() {
        return rings;
    }

    private void ring() {
        int loop = shared.loop(slot);
        Geometry bells = shared.withBellsOf(loop).geometry();
        if (shared.get(at + Shared.POLLED) == 0) {
            long word = bells.pending() + slot / Long.SIZE * 8L;
            Shared.LONG.getAndBitwiseOr(shared.memory(), word, 1L << slot % Long.SIZE);
            long group = slot / Math.max(Long.SIZE, bells.slots() / Long.SIZE);
            Shared.LONG.getAndBitwiseOr(shared.memory(), bells.summary(), 1L << group);
            rings++;
        }
        if (shared.get(bells.sleeping()) != 0) {
            Shared.INT.getAndAdd(shared.memory(), bells.doorbell(), 1);
            wakeReceiver.accept(loop);
        }
    }

    /** Puts a request down and does not wait. */
    int post(long operand) {
        int sequence = shared.get(at + Shared.REQ_SEQ) + 1;
        shared.memory().set(ValueLayout.JAVA_LONG, at + Shared.OPERAND, operand);
        shared.set(at + Shared.REQ_SEQ, sequence);
        ring();
        return sequence;
    }

    private boolean answered(int sequence) {
        return shared.get(at + Shared.REP_SEQ) == sequence;
    }

    /** Asks and waits. Fails where no answer comes: then the request, or its reply, is lost. */
    long ask(long operand) {
        int sequence = post(operand);
        while (true) {
            for (int turn = spin; turn > 0; turn--) {
                if (answered(sequence)) {
                    return shared.memory().get(ValueLayout.JAVA_LONG, at + Shared.VALUE);
                }
                Thread.onSpinWait();
            }
            shared.set(at + Shared.WAITING, 1);
            if (!answered(sequence)) {
                long asleep = System.nanoTime();
                LockSupport.parkNanos(NAP_NS);
                if (System.nanoTime() - asleep >= NAP_NS) {
                    throw new AssertionError("slot " + slot + ": request " + sequence
                            + (answered(sequence) ? " was answered, but nobody woke its sender" : " is lost"));
                }
            }
            shared.set(at + Shared.WAITING, 0);
            if (answered(sequence)) {
                return shared.memory().get(ValueLayout.JAVA_LONG, at + Shared.VALUE);
            }
        }
    }
}
