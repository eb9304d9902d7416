package org.outrigger.lab.noise;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.environment.Environment;
import org.outrigger.lab.load.Load;

/**
 * What was measured, and where.
 *
 * @param request     what was asked for
 * @param environment the machine
 * @param start       when it began
 * @param duration    how long it took
 * @param interrupted whether it was ended early
 * @param cells       every arm beside every load, loads in the order asked for and within a load the arms; all raw series are
 *                    in them
 * @param setUps      what was done for an arm
 * @param culprits    who took the time of detours, for each arm beside each load; empty where that was not asked for
 * @param loads       the command that did a load's work; a load without one did not run
 */
public record NoiseReport(NoiseRequest request, Environment environment, Instant start, Duration duration, boolean interrupted,
                          List<Cell> cells, List<Culprits> culprits, Map<Arm, SetUp> setUps, Map<Load, String> loads) {

    /**
     * What was done for an arm.
     *
     * @param changes what was changed, beyond binding programs to CPUs
     * @param notes   what should have been changed and could not be
     */
    public record SetUp(List<String> changes, List<String> notes) {
    }

    /** The runs of an arm beside a load. */
    public Optional<Cell> cell(Arm arm, Load load) {
        return cells.stream().filter(cell -> cell.arm().equals(arm) && cell.load().equals(load)).findFirst();
    }

    /** The comparisons that a reader wants to make. */
    public List<Beside> comparisons() {
        return Beside.all(cells, request.rounds());
    }

    /** What is promised of noise on LWK cores, as far as the data can tell. */
    public List<Promise> promises() {
        return Promise.all(cells);
    }
}
