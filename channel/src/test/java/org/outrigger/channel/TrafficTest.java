package org.outrigger.channel;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A million requests from one to 64 senders at a time: none is lost, none answered twice, nobody sleeps through a wake-up. */
@Timeout(value = 60, unit = SECONDS)
class TrafficTest {
    private static Traffic run(int senders, int total, int loopSpin, int senderSpin, int pauseEvery) throws InterruptedException {
        try (Arena arena = Arena.ofShared()) {
            Traffic traffic = new Traffic(arena, senders, total / senders, loopSpin, senderSpin, pauseEvery);
            traffic.run();
            assertEquals(total / senders * senders, traffic.served());
            return traffic;
        }
    }

    @Test
    void oneBusySender() throws InterruptedException {
        run(1, 400_000, 20_000, 2000, 0);
    }

    /** Rests let the slot cool and the receiver sleep. */
    @Test
    void oneSenderThatRests() throws InterruptedException {
        assertTrue(run(1, 20_000, 3000, 2000, 10).naps() > 0);
    }

    @Test
    void aReceiverThatSleepsAtOnce() throws InterruptedException {
        assertTrue(run(3, 60_000, 0, 50, 0).naps() > 0);
    }

    @Test
    void allSleepAtOnceAsOnSharedCores() throws InterruptedException {
        assertTrue(run(4, 40_000, 0, 0, 20).naps() > 0);
    }

    @Test
    void asManySendersAsArePolled() throws InterruptedException {
        run(Receiver.HOT, 200_000, 1000, 200, 100);
    }

    @Test
    void moreSendersThanArePolled() throws InterruptedException {
        run(Receiver.HOT + 4, 140_000, 1000, 100, 50);
    }

    @Test
    void sixtyFourSenders() throws InterruptedException {
        run(64, 140_800, 200, 20, 30);
    }
}
