package org.outrigger.lab.noise;

import java.util.ArrayList;
import java.util.List;

/**
 * A measuring loop with its settings.
 *
 * @param kernel       which
 * @param workBits     a quantum of fixed work is two to the power of this many steps
 * @param intervalBits a quantum of fixed time is two to the power of this many ticks
 * @param percent      a detour is a round that took more than this part of the shortest one
 * @param samples      it ends after so many values
 * @param seconds      or after so long, whichever comes first
 */
public record Loop(NoiseKernel kernel, int workBits, int intervalBits, int percent, long samples, double seconds) {

    /** More ticks or steps in a nanosecond than any processor makes. */
    private static final double FASTEST = 10;
    private static final int MOST_DETOURS = 1_000_000;

    /** More values than can come in the time that it has: the loop's memory is laid out for so many. */
    public int enough() {
        return switch (kernel) {
            case FWQ -> quanta(workBits);
            case FTQ -> quanta(intervalBits);
            case SELFISH -> MOST_DETOURS;
        };
    }

    private int quanta(int bits) {
        return (int) Math.clamp(Math.ceil(seconds * 1e9 * FASTEST / Math.scalb(1.0, bits)) + 1, 2, MOST_DETOURS);
    }

    /** The same, but for how many values there may be. */
    public Loop with(long most) {
        return new Loop(kernel, workBits, intervalBits, percent, most, seconds);
    }

    /** The arguments of {@code outrigger-noise}, but for where it runs and writes. */
    List<String> arguments() {
        List<String> line = new ArrayList<>(List.of(kernel.key(), "-n", Long.toString(samples), "-d", Double.toString(seconds)));
        line.addAll(switch (kernel) {
            case FWQ -> List.of("-w", Integer.toString(workBits));
            case FTQ -> List.of("-i", Integer.toString(intervalBits));
            case SELFISH -> List.of("-x", Integer.toString(percent));
        });
        return line;
    }
}
