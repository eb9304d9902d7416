package org.outrigger.lab.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.outrigger.lab.batch.Answer;
import org.outrigger.lab.batch.Distribution;
import org.outrigger.lab.stats.Sample;

/** What has been measured of one row under one arm up to now. */
final class Gathered {
    private final int operations;
    private final List<Double> batches = new ArrayList<>();
    private final List<Double> faults = new ArrayList<>();
    private final Distribution distribution = new Distribution();
    private Double calls;
    private Double first;
    private Double firstFaults;
    private Usage last;
    private String failure;

    /** Nothing yet, of batches of so many operations. */
    Gathered(int operations) {
        this.operations = operations;
    }

    boolean failed() {
        return failure != null;
    }

    private boolean good(Reading reading) {
        reading.answer().failure().ifPresent(text -> failure = text);
        return failure == null;
    }

    /** Takes a batch that does not count; only the first is told. */
    void warmUp(Reading reading) {
        if (good(reading) && first == null) {
            first = reading.answer().nanoseconds() / operations;
            firstFaults = (double) reading.usage().orElseThrow().minorFaults() / operations;
        }
    }

    /** Takes the mean of a batch, and what it used. */
    void batch(Reading reading) {
        if (good(reading)) {
            last = reading.usage().orElseThrow();
            batches.add(reading.answer().nanoseconds() / operations);
            faults.add((double) (last.minorFaults() + last.majorFaults()) / operations);
        }
    }

    /** Takes the operations of a batch that were timed by themselves. */
    void timed(Reading reading) {
        if (good(reading)) {
            Answer answer = reading.answer();
            answer.calls().forEach(bucket -> distribution.add(bucket.nanoseconds(), bucket.count()));
            distribution.longest(answer.longest());
        }
    }

    /** Takes the system calls of a batch. */
    void counted(Reading reading) {
        if (good(reading)) {
            calls = reading.usage().orElseThrow().calls().map(number -> (double) number / operations).orElse(null);
        }
    }

    ArmUse use() {
        Optional<Distribution> single = distribution.count() == 0 ? Optional.empty() : Optional.of(distribution);
        return new ArmUse(sample(batches), single, sample(faults), Optional.ofNullable(calls), Optional.ofNullable(first),
                Optional.ofNullable(firstFaults), Optional.ofNullable(last), Optional.ofNullable(failure));
    }

    private static Optional<Sample> sample(List<Double> values) {
        return values.isEmpty() ? Optional.empty()
                : Optional.of(new Sample(values.stream().mapToDouble(Double::doubleValue).toArray()));
    }
}
