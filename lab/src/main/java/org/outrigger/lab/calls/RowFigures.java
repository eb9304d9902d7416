package org.outrigger.lab.calls;

import java.util.Map;
import java.util.Optional;
import org.outrigger.lab.stats.Estimate;
import org.outrigger.lab.stats.Sample;

/**
 * What was measured of a row.
 *
 * @param row   which
 * @param calls how many calls a batch had
 * @param arms  the figures of each arm that it was measured under
 */
public record RowFigures(Row row, int calls, Map<Arm, ArmFigures> arms) {

    /** The figures of an arm. */
    public Optional<ArmFigures> arm(Arm arm) {
        return Optional.ofNullable(arms.get(arm));
    }

    /** The batch means of an arm, in nanoseconds a call. */
    public Optional<Sample> batches(Arm arm) {
        return arm(arm).flatMap(ArmFigures::batches);
    }

    /** The median of one arm over that of another, with its interval. */
    public Optional<Estimate> ratio(Arm of, Arm to) {
        return batches(of).flatMap(left -> batches(to).map(right -> Estimate.ofRatio(left, right)));
    }
}
