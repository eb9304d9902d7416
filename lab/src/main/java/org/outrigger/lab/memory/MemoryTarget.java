package org.outrigger.lab.memory;

import java.util.Optional;
import java.util.function.Function;
import org.outrigger.lab.stats.Estimate;
import org.outrigger.lab.stats.Sample;

/** What the project promises of a row, always beside what was measured natively in the same run. */
public enum MemoryTarget {
    /** The data do not show the LWK slower than native, by more than native rounds differ among themselves. */
    NOT_SLOWER("not slower"),
    /** The native median is at least 1.4 times that of the LWK. */
    FASTER("at least 1.4x faster"),
    /** Half of the rounds on the LWK have no page fault. */
    NO_FAULTS("no page faults"),
    /** The most that was resident is no more than natively and a tenth of that, or 64 MiB if that is more. */
    RESIDENT("resident +10 % or 64 MiB"),
    /** On the LWK the row takes at most 300 ns longer than two null calls. */
    OWN_TIME("own time below 300 ns");

    private static final double FASTER_RATIO = 1 / 1.4;
    private static final double TENTH = 0.1;
    private static final long ALLOWANCE = 64L << 20;
    private static final double OWN_TIME_NS = 300;

    private final String text;

    MemoryTarget(String text) {
        this.text = text;
    }

    /** The promise in a few words. */
    public String text() {
        return text;
    }

    /**
     * Whether the row keeps the promise.
     *
     * @param others the figures of other rows
     * @return empty when what it takes to tell was not measured
     */
    public Optional<Boolean> met(MemoryFigures row, Function<MemoryRow, Optional<MemoryFigures>> others) {
        ArmUse lwk = row.arms().get(MemoryArm.LWK);
        ArmUse natively = row.arms().get(MemoryArm.NATIVE);
        if (lwk != null && lwk.failure().isPresent()) {
            return Optional.of(false);
        }
        return switch (this) {
            case NOT_SLOWER -> row.ratio(MemoryArm.LWK, MemoryArm.NATIVE).map(ratio ->
                    ratio.low() <= 1 || ratio.value() <= noise(natively.batches().orElseThrow()));
            case FASTER -> row.ratio(MemoryArm.LWK, MemoryArm.NATIVE).map(ratio -> ratio.value() <= FASTER_RATIO);
            case NO_FAULTS -> faults(row, MemoryArm.LWK).map(faults -> faults == 0);
            case RESIDENT -> peak(row, MemoryArm.LWK).flatMap(most -> peak(row, MemoryArm.NATIVE).map(plain ->
                    most - plain <= Math.max(ALLOWANCE, (long) (plain * TENTH))));
            case OWN_TIME -> ownTime(row, others).map(time -> time.value() < OWN_TIME_NS);
        };
    }

    /** How much slower native rounds are than native rounds, by chance. */
    private static double noise(Sample natively) {
        return Estimate.ofRatio(natively, natively).high();
    }

    private static Optional<Double> faults(MemoryFigures row, MemoryArm arm) {
        return Optional.ofNullable(row.arms().get(arm)).flatMap(ArmUse::faults).map(Sample::median);
    }

    private static Optional<Long> peak(MemoryFigures row, MemoryArm arm) {
        return Optional.ofNullable(row.arms().get(arm)).flatMap(ArmUse::last).map(use -> use.peak() + use.hugetlb());
    }

    /** What the LWK itself does in the row's two calls: their time less that of two null calls. */
    static Optional<Estimate> ownTime(MemoryFigures row, Function<MemoryRow, Optional<MemoryFigures>> others) {
        return row.batches(MemoryArm.LWK).flatMap(pair -> others.apply(MemoryRow.NULL_PAIR)
                .flatMap(empty -> empty.batches(MemoryArm.LWK)).map(empty -> Estimate.ofDifference(pair, empty)));
    }
}
