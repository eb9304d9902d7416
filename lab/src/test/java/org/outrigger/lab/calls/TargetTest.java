package org.outrigger.lab.calls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each promise on both sides of its limit. */
class TargetTest {

    private static Optional<Boolean> met(Target target, double natively, double lwk) {
        return target.met(Figures.row(Row.GETPID, Map.of(Arm.NATIVE, Figures.arm(natively), Arm.LWK, Figures.arm(lwk))));
    }

    private static void limit(Target target, double natively, double just, double tooMuch) {
        assertEquals(Optional.of(true), met(target, natively, just), target.text());
        assertEquals(Optional.of(false), met(target, natively, tooMuch), target.text());
    }

    @Test
    void limits() {
        limit(Target.FASTER_THAN_NATIVE, 100, 99, 100);
        limit(Target.NEAR_NATIVE, 100, 160, 161);
        limit(Target.TEN_TIMES_FASTER, 1000, 100, 101);
        limit(Target.NEARLY_AS_FAST, 100, 150, 151);
    }

    @Test
    void theTailIsJudgedOnlyWhereItIsKnown() {
        assertEquals(Optional.of(true), tail(9_990, 10), "one in a thousand is beyond 99.9 %");
        assertEquals(Optional.of(false), tail(9_989, 11), "more than that is not");
        assertEquals(Optional.empty(), tail(100, 0), "of a hundred calls nobody knows");
    }

    private static Optional<Boolean> tail(long usual, long slow) {
        ArmFigures lwk = Figures.timed(100, usual, 1_000_000, slow);
        return Target.TAIL_BELOW_A_MICROSECOND.met(Figures.row(Row.GETPID, Map.of(Arm.LWK, lwk)));
    }

    @Test
    void whatIsNotMeasuredIsNotJudged() {
        for (Target target : Target.values()) {
            RowFigures natively = Figures.row(Row.GETPID, Map.of(Arm.NATIVE, Figures.arm(1)));
            assertEquals(Optional.empty(), target.met(natively), target.text());
        }
        assertEquals(Optional.empty(), Target.NEARLY_AS_FAST.met(Figures.row(Row.THREAD, Map.of(Arm.LWK, Figures.arm(1)))));
        RowFigures few = new RowFigures(Row.THREADS_10000, 500, Map.of(Arm.LWK, Figures.arm(1)));
        assertEquals(Optional.empty(), Target.COMPLETED.met(few), "500 threads are not 10,000");
    }

    @Test
    void aFailureOnTheLwkMissesTheTarget() {
        Map<Arm, ArmFigures> arms = Map.of(Arm.NATIVE, Figures.arm(1), Arm.LWK, Figures.failed("no"));
        for (Target target : Target.values()) {
            assertEquals(Optional.of(false), target.met(Figures.row(Row.THREADS_10000, arms)), target.text());
        }
        assertEquals(Optional.of(true), Target.COMPLETED.met(Figures.row(Row.THREADS_10000, Map.of(Arm.LWK, Figures.arm(1)))));
    }

    @Test
    void slowerThanTrappedOnlyWhereTheDataShowIt() {
        ArmFigures trap = Figures.arm(100, 110, 120, 90, 105);
        assertEquals(Optional.of(true), Target.NOT_SLOWER_THAN_TRAPPED.met(Figures.row(Row.FIRST_100,
                Map.of(Arm.LWK, Figures.arm(101, 112, 119, 95, 108), Arm.TRAP, trap))));
        assertEquals(Optional.of(false), Target.NOT_SLOWER_THAN_TRAPPED.met(Figures.row(Row.FIRST_100,
                Map.of(Arm.LWK, Figures.arm(201, 212, 219, 195, 208), Arm.TRAP, trap))));
    }
}
