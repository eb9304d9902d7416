package org.outrigger.lab.memory;

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
 * @param interrupted whether it was ended early
 * @param leftOut     arms that cannot be had here, and why
 * @param lwkPeak     the most that an LWK's own process had resident, in bytes
 * @param neighbours  before which share of the batches other work was running on the machine, from 0 to 1
 * @param rows        the figures, in the order asked for; a row without any is there too
 */
public record MemoryReport(MemoryRequest request, Environment environment, Instant start, Duration duration, boolean interrupted,
                           Map<MemoryArm, String> leftOut, Optional<Long> lwkPeak, Optional<Double> neighbours,
                           List<MemoryFigures> rows) {

    /** The arms that were measured. */
    public List<MemoryArm> arms() {
        return request.arms().stream().filter(arm -> !leftOut.containsKey(arm)).toList();
    }

    /** The figures of a row. */
    public Optional<MemoryFigures> figures(MemoryRow row) {
        return rows.stream().filter(figures -> figures.row() == row).findFirst();
    }

    /** Whether a row keeps a promise. */
    public Optional<Boolean> met(MemoryTarget target, MemoryFigures row) {
        return target.met(row, this::figures);
    }
}
