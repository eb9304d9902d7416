package org.outrigger.lab.noise;

/**
 * What one core felt in one run.
 *
 * @param cpu         the CPU; the number of the thread where threads were not bound
 * @param bound       whether the thread was bound to the CPU
 * @param startsNs    when each value began, in nanoseconds since the start
 * @param valuesNs    as many values, in nanoseconds, in the order of time; what they are says {@link NoiseKernel}
 * @param startNs     the start by CLOCK_MONOTONIC, in nanoseconds
 * @param startTicks  the start by the time stamp counter
 * @param ticksPerNs  the rate of the time stamp counter
 * @param elapsedNs   how long it took
 * @param voluntary   context switches that the thread asked for
 * @param involuntary context switches that it did not ask for
 * @param onLwk       whether it ran on an LWK
 */
public record Series(int cpu, boolean bound, double[] startsNs, double[] valuesNs, long startNs, long startTicks,
                     double ticksPerNs, double elapsedNs, long voluntary, long involuntary, boolean onLwk) {
}
