package org.outrigger.lab.calls;

import java.util.Optional;
import org.outrigger.lab.stats.Estimate;

/** What the project promises of a row, always beside what was measured natively in the same run. */
public enum Target {
    /** The median of the LWK is below the native one. */
    FASTER_THAN_NATIVE("below native"),
    /** A call that goes on to Linux costs at most 60 ns more than natively. */
    NEAR_NATIVE("at most native + 60 ns"),
    /** The native median is at least ten times that of the LWK. */
    TEN_TIMES_FASTER("at least 10x faster"),
    /** The median of the LWK is at most one and a half times the native one. */
    NEARLY_AS_FAST("at most 1.5x native"),
    /** A batch of full size is done on the LWK without a failure. */
    COMPLETED("completed"),
    /** Of the calls timed by themselves, 99.9 % take less than 1 us on the LWK. */
    TAIL_BELOW_A_MICROSECOND("p99.9 below 1 us"),
    /** The data do not show the LWK's default slower than trapping every call. */
    NOT_SLOWER_THAN_TRAPPED("not slower than trap");

    private static final double MOST_EXTRA_NS = 60;
    private static final double TENTH = 0.1;
    private static final double MOST_RATIO = 1.5;
    private static final double TAIL = 99.9;
    private static final double MICROSECOND_NS = 1000;

    private final String text;

    Target(String text) {
        this.text = text;
    }

    /** The promise in a few words. */
    public String text() {
        return text;
    }

    /** Whether the row keeps the promise; empty when what it takes to tell was not measured. */
    public Optional<Boolean> met(RowFigures row) {
        ArmFigures lwk = row.arm(Arm.LWK).orElse(null);
        if (lwk == null) {
            return Optional.empty();
        }
        if (lwk.failure().isPresent()) {
            return Optional.of(false);
        }
        return switch (this) {
            case FASTER_THAN_NATIVE -> row.ratio(Arm.LWK, Arm.NATIVE).map(ratio -> ratio.value() < 1);
            case TEN_TIMES_FASTER -> row.ratio(Arm.LWK, Arm.NATIVE).map(ratio -> ratio.value() <= TENTH);
            case NEARLY_AS_FAST -> row.ratio(Arm.LWK, Arm.NATIVE).map(ratio -> ratio.value() <= MOST_RATIO);
            case NEAR_NATIVE -> difference(row).map(difference -> difference.value() <= MOST_EXTRA_NS);
            case COMPLETED -> row.calls() < row.row().calls() ? Optional.empty() : lwk.batches().map(batches -> true);
            case TAIL_BELOW_A_MICROSECOND -> lwk.distribution().flatMap(calls -> calls.percentile(TAIL))
                    .map(tail -> tail < MICROSECOND_NS);
            case NOT_SLOWER_THAN_TRAPPED -> row.ratio(Arm.LWK, Arm.TRAP).map(ratio -> ratio.low() <= 1);
        };
    }

    /** What the LWK adds to the native median, in nanoseconds. */
    private static Optional<Estimate> difference(RowFigures row) {
        return row.batches(Arm.LWK).flatMap(lwk -> row.batches(Arm.NATIVE)
                .map(natively -> Estimate.ofDifference(lwk, natively)));
    }
}
