package org.outrigger.lab.calls;

import java.util.Optional;
import org.outrigger.lab.batch.Distribution;
import org.outrigger.lab.stats.Sample;

/**
 * What was measured of a row under one arm.
 *
 * @param batches      nanoseconds a call, one value for each round; empty when there is none
 * @param distribution calls timed one by one; empty when there are none
 * @param failure      what the call said that failed; empty when none did
 */
public record ArmFigures(Optional<Sample> batches, Optional<Distribution> distribution, Optional<String> failure) {
}
