package org.outrigger.lab.compare;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.stats.Sample;

/**
 * The runs under one arm, beside one load.
 *
 * @param arm  the arm
 * @param runs in the order of their rounds, warm-ups left out; one that failed is there too
 */
public record ArmRuns(Arm arm, List<Run> runs) {

    /** A value for each of so many rounds; not a number where there is none. */
    public double[] values(Metric metric, int rounds) {
        double[] values = new double[rounds];
        Arrays.fill(values, Double.NaN);
        runs.stream().filter(run -> run.good() && run.round() <= rounds)
                .forEach(run -> values[run.round() - 1] = metric.of().applyAsDouble(run));
        return values;
    }

    /** The values of the runs that count; empty where there is none. */
    public Optional<Sample> sample(Metric metric) {
        double[] values = runs.stream().filter(Run::good).mapToDouble(metric.of())
                .filter(value -> !Double.isNaN(value)).toArray();
        return values.length == 0 ? Optional.empty() : Optional.of(new Sample(values));
    }
}
