package org.outrigger.bench;

import java.util.Map;
import java.util.TreeMap;

/**
 * What the kernel loops' JVM did in a period.
 *
 * @param loops             threads of kernel loops that were seen
 * @param readings          how often their allocation was read
 * @param allocatedBytes    bytes that they allocated between the first reading and the last
 * @param collections       garbage collections
 * @param waits             times that they waited for a monitor that another thread had, were parked or slept in Java
 * @param deoptimisations   uncommon traps that they took
 * @param compilations      compilations of methods of the LWK: code that was not yet compiled, or that had to be thrown away
 * @param otherCompilations compilations of other methods, such as those of the recorder
 * @param safepoints        stops of all Java threads
 * @param where             places where they allocated (one event for each new allocation buffer), waited, were deoptimised or
 *                          compiled, and how often
 */
record SteadyFigures(int loops, long readings, long allocatedBytes, long collections, long waits, long deoptimisations,
        long compilations, long otherCompilations, long safepoints, Map<String, Integer> where) {

    /** Fewer readings than this show nothing: the period was too short. */
    static final int FEWEST_READINGS = 3;

    SteadyFigures {
        where = new TreeMap<>(where);
    }

    /** Whether enough was seen to say anything. */
    boolean conclusive() {
        return loops > 0 && readings >= FEWEST_READINGS;
    }

    /** Whether the loops ran steadily: no allocation, no wait, no change of code, no garbage collection. */
    boolean steady() {
        return conclusive() && allocatedBytes == 0 && collections == 0 && waits == 0 && deoptimisations == 0 && compilations == 0;
    }
}
