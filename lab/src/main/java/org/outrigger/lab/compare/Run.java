package org.outrigger.lab.compare;

import java.util.List;
import java.util.Optional;

/**
 * One run of the program.
 *
 * @param round     the round, counted from 1; 0 for a warm-up
 * @param turn      how many runs of the round went before
 * @param program   what the program took
 * @param launched  what it took with all that the arm needs to start and end it: on the LWK also its JVM
 * @param resident  the largest resident memory of any one process of the program, bytes (getrusage(2): {@code ru_maxrss})
 * @param merits    the figures of merit, in the order of the request; not a number where the run failed
 * @param failure   why the run does not count
 */
public record Run(int round, int turn, Optional<Usage> program, Optional<Usage> launched, long resident, List<Double> merits,
                  Optional<String> failure) {
    /** Whether it counts. */
    public boolean good() {
        return failure.isEmpty();
    }
}
