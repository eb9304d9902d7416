package org.outrigger.lab.calls;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.outrigger.lab.batch.Answer;
import org.outrigger.lab.batch.Distribution;
import org.outrigger.lab.stats.Sample;

/** What has been measured of one row under one arm up to now. */
final class Collected {
    private final int calls;
    private final List<Double> batches = new ArrayList<>();
    private final Distribution distribution = new Distribution();
    private String failure;

    /** Nothing yet, of batches of so many calls. */
    Collected(int calls) {
        this.calls = calls;
    }

    boolean failed() {
        return failure != null;
    }

    /** Takes the mean of a batch. */
    void batch(Answer answer) {
        if (answer.failure().isPresent()) {
            failure = answer.failure().get();
        } else {
            batches.add(answer.nanoseconds() / calls);
        }
    }

    /** Takes the calls of a batch that were timed by themselves. */
    void timed(Answer answer) {
        if (answer.failure().isPresent()) {
            failure = answer.failure().get();
            return;
        }
        answer.calls().forEach(bucket -> distribution.add(bucket.nanoseconds(), bucket.count()));
        distribution.longest(answer.longest());
    }

    ArmFigures figures() {
        return new ArmFigures(
                batches.isEmpty() ? Optional.empty()
                        : Optional.of(new Sample(batches.stream().mapToDouble(Double::doubleValue).toArray())),
                distribution.count() == 0 ? Optional.empty() : Optional.of(distribution), Optional.ofNullable(failure));
    }
}
