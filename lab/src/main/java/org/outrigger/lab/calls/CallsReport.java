package org.outrigger.lab.calls;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.outrigger.lab.batch.Environment;

/**
 * What was measured, and where.
 *
 * @param request     what was asked for
 * @param environment the machine
 * @param start       when it began
 * @param duration    how long it took
 * @param rounds      rounds that were begun
 * @param interrupted whether it was ended early
 * @param timers      what timing a call by itself adds to it under each arm, in nanoseconds
 * @param neighbours  before which share of the batches other work was running on the machine, from 0 to 1
 * @param rows        the figures, in the order asked for; a row without any is there too
 */
public record CallsReport(CallsRequest request, Environment environment, Instant start, Duration duration, int rounds,
                          boolean interrupted, Map<Arm, Double> timers, Optional<Double> neighbours, List<RowFigures> rows) {
}
