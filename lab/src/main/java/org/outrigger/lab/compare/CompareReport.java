package org.outrigger.lab.compare;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.environment.Environment;
import org.outrigger.lab.stats.Comparison;
import org.outrigger.lab.stats.Estimate;

/**
 * Everything that was measured of a comparison.
 *
 * @param request     what was asked for
 * @param environment the machine
 * @param start       when the measurement began
 * @param duration    how long it took
 * @param interrupted whether it was ended early, by the user or by a run that failed
 * @param loads       the runs, in the order of the request; those not begun are there without runs
 * @param arms        the arms, in the order of the request
 * @param notes       anything else worth knowing, one sentence each
 */
public record CompareReport(CompareRequest request, Environment environment, Instant start, Duration duration,
                            boolean interrupted, List<LoadRuns> loads, List<ArmFacts> arms, List<String> notes) {

    /** The figures of each run, those by which arms are judged before the others. */
    public List<Metric> metrics() {
        return Metric.of(request);
    }

    /** How many verdicts there are: that all of them together are right is what is 95 % sure. */
    public int verdicts() {
        long judged = metrics().stream().filter(Metric::judged).count();
        return (int) judged * (request.arms().size() - 1) * request.loads().size();
    }

    /** The confidence of each interval with a verdict; those of figures without one have {@link Estimate#CONFIDENCE}. */
    public double confidence() {
        return Comparison.each(Estimate.CONFIDENCE, verdicts());
    }

    /** An arm beside the baseline by any figure; a verdict is meant only for those that are {@linkplain Metric#judged judged}. */
    public Comparison comparison(LoadRuns load, ArmRuns arm, Metric metric) {
        double threshold = metric.judged() ? request.threshold() : 0;
        double confidence = metric.judged() ? confidence() : Estimate.CONFIDENCE;
        return Comparison.of(arm.values(metric, request.rounds()), load.arms().get(0).values(metric, request.rounds()),
                metric.better(), threshold, confidence);
    }

    /** The verdicts. */
    public List<Finding> findings() {
        Arm baseline = request.arms().get(0);
        return loads.stream().flatMap(load -> metrics().stream().filter(Metric::judged)
                .flatMap(metric -> load.arms().stream().skip(1)
                        .map(arm -> new Finding(load.load(), arm.arm(), baseline, metric, comparison(load, arm, metric)))))
                .toList();
    }

    /** How many rounds all arms went through, beside the load that had the fewest. */
    public int rounds() {
        return loads.stream().mapToInt(load -> (int) IntStream.rangeClosed(1, request.rounds())
                .filter(round -> load.arms().stream().allMatch(arm -> arm.runs().stream().anyMatch(run -> run.round() == round)))
                .count()).min().orElse(0);
    }

    /** Whether each arm has a run that counts, beside each load. */
    public boolean complete() {
        return loads.stream().allMatch(load -> load.arms().stream().allMatch(arm -> arm.runs().stream().anyMatch(Run::good)));
    }
}
