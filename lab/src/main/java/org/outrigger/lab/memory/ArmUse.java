package org.outrigger.lab.memory;

import java.util.Optional;
import org.outrigger.lab.batch.Distribution;
import org.outrigger.lab.stats.Sample;

/**
 * What was measured of a row under one arm.
 *
 * @param batches      nanoseconds an operation, one value for each round; empty when there is none
 * @param distribution operations timed one by one; empty when there are none
 * @param faults       page faults an operation, one value for each round
 * @param calls        system calls an operation that Linux served, counted in a batch of its own; empty where that is not
 *                     permitted
 * @param first        nanoseconds an operation in the first batch, which does not count; empty when there was none
 * @param firstFaults  page faults an operation in that batch
 * @param last         what the last round used; empty when there was none
 * @param failure      what failed; empty when nothing did
 */
public record ArmUse(Optional<Sample> batches, Optional<Distribution> distribution, Optional<Sample> faults,
                     Optional<Double> calls, Optional<Double> first, Optional<Double> firstFaults, Optional<Usage> last,
                     Optional<String> failure) {
}
