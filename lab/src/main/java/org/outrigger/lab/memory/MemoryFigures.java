package org.outrigger.lab.memory;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.outrigger.lab.stats.Estimate;
import org.outrigger.lab.stats.Sample;

/**
 * What was measured of a row.
 *
 * @param row        which
 * @param size       bytes that an operation was about
 * @param operations how many operations a batch had
 * @param arms       the figures of each arm that it was measured under
 */
public record MemoryFigures(MemoryRow row, long size, int operations, Map<MemoryArm, ArmUse> arms) {

    /** The batch means of an arm, in nanoseconds an operation. */
    public Optional<Sample> batches(MemoryArm arm) {
        return Optional.ofNullable(arms.get(arm)).flatMap(ArmUse::batches);
    }

    /** The median of one arm over that of another, with its interval. */
    public Optional<Estimate> ratio(MemoryArm of, MemoryArm to) {
        return batches(of).flatMap(left -> batches(to).map(right -> Estimate.ofRatio(left, right)));
    }

    /** The figure as people know it, for rows that have one: GB/s of the triad, millions of updates a second. */
    public Optional<String> rate(MemoryArm arm) {
        return switch (row) {
            case TRIAD -> batches(arm).map(pass -> String.format(Locale.ROOT, "%.2f GB/s", size / pass.median()));
            case GUPS -> batches(arm).map(one -> String.format(Locale.ROOT, "%.4f GUPS", 1 / one.median()));
            default -> Optional.empty();
        };
    }
}
