package org.outrigger.lab.attribution;

/**
 * A stretch of time in which a measured thread did not get on.
 *
 * @param cpu   where it ran, or {@link #ANYWHERE}
 * @param start its begin, in ticks of the time stamp counter
 * @param end   its end, likewise
 */
public record Detour(int cpu, long start, long end) {
    /** The thread was not bound: where it ran is to be found in the trace. */
    public static final int ANYWHERE = -1;

    /** How long it was, in ticks. */
    public long ticks() {
        return end - start;
    }
}
