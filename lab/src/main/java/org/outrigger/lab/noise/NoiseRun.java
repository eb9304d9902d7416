package org.outrigger.lab.noise;

import java.util.List;
import java.util.Optional;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.load.Load;

/**
 * One run of the loop under an arm and a load.
 *
 * @param arm     under what
 * @param load    beside what
 * @param round   counted from 0
 * @param series  one for each core
 * @param stealNs time that the hypervisor took from the measured CPUs meanwhile, by {@code /proc/stat}; empty where it is not
 *                told
 * @param wallNs  how long that took, with the start of the program
 * @param watched of how many CPUs the stolen time is: unbound, the loop may have been on others than it has threads for
 */
public record NoiseRun(Arm arm, Load load, int round, List<Series> series, Optional<Double> stealNs, double wallNs, int watched) {

    /** All values of all cores. */
    double[] values() {
        return series.stream().flatMapToDouble(one -> java.util.Arrays.stream(one.valuesNs())).toArray();
    }

    /** Time measured, of all cores together. */
    public double elapsedNs() {
        return series.stream().mapToDouble(Series::elapsedNs).sum();
    }
}
