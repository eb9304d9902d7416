package org.outrigger.lab.calls;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.outrigger.lab.batch.Distribution;
import org.outrigger.lab.batch.Environment;
import org.outrigger.lab.stats.Sample;

/** Figures made up for tests. */
final class Figures {
    private Figures() {
    }

    /** An arm whose batches took so many nanoseconds a call. */
    static ArmFigures arm(double... batches) {
        return new ArmFigures(Optional.of(new Sample(batches)), Optional.empty(), Optional.empty());
    }

    static ArmFigures failed(String failure) {
        return new ArmFigures(Optional.empty(), Optional.empty(), Optional.of(failure));
    }

    /** An arm with calls timed by themselves: so many of one duration and some that were longer. */
    static ArmFigures timed(double usual, long count, double longest, long some) {
        Distribution calls = new Distribution();
        calls.add(usual, count);
        calls.add(longest, some);
        calls.longest(longest);
        return new ArmFigures(Optional.of(new Sample(usual)), Optional.of(calls), Optional.empty());
    }

    static RowFigures row(Row row, Map<Arm, ArmFigures> arms) {
        return new RowFigures(row, row.calls(), new EnumMap<>(arms));
    }

    /** A report of rows that were measured under all arms. */
    static CallsReport report(RowFigures... rows) {
        CallsRequest request = new CallsRequest(Path.of("/"), Map.of(), List.of(rows).stream().map(RowFigures::row).toList(),
                List.of(Arm.values()), 3, 1, 1, new int[] {0, 1}, new int[] {1}, new int[] {0});
        return new CallsReport(request, new Environment("6.1", "A CPU", true, "tsc", "madvise", "25", ""),
                Instant.parse("2026-01-02T03:04:05Z"), Duration.ofSeconds(7), 3, false, Map.of(Arm.NATIVE, 20.0),
                Optional.of(0.25), List.of(rows));
    }
}
