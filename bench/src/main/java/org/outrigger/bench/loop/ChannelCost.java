package org.outrigger.bench.loop;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Finding a request and publishing its reply, the sender's two stores included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChannelCost {

    /** Slots that the receiver polls directly at most. */
    private static final int POLLED = 16;
    /** Requests of a cold slot after which one polled slot has one, so that it goes on being polled. */
    private static final int REFRESH = 16;
    private static final int COLD = 100;

    private LocalChannels channels;
    private int next;
    private int cold;

    /** Channels whose first slots are polled. */
    @Setup
    public void open() {
        channels = new LocalChannels();
        for (int slot = 0; slot < POLLED; slot++) {
            request(slot);
        }
    }

    /** Threads that call in turn. */
    @State(Scope.Benchmark)
    public static class Senders {
        @Param({"1", "16", "1000"})
        private int slots;
    }

    private int request(int slot) {
        channels.post(slot);
        int found;
        do {
            found = channels.receiver().poll();
        } while (found < 0);
        channels.receiver().reply(found);
        return found;
    }

    /** From as many slots as told in turn: up to 16 are polled, the others ring. */
    @Benchmark
    public int inTurn(Senders senders) {
        next = next + 1 < senders.slots ? next + 1 : 0;
        return request(next);
    }

    /** From a slot that rings its bell while 16 others are polled. */
    @Benchmark
    public int coldDoorbell() {
        return request(++cold % REFRESH == 0 ? cold / REFRESH % POLLED : COLD);
    }
}
