package org.outrigger.lab.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.outrigger.lab.stats.Better;

/**
 * A figure of a run.
 *
 * @param key    the name in JSON and CSV, with its unit
 * @param what   the name in texts
 * @param unit   of the values
 * @param better which way it is good
 * @param judged whether arms are judged by it; the others are told, but of them no verdict is given
 * @param of     takes it from a run that counts
 */
public record Metric(String key, String what, Unit unit, Better better, boolean judged, ToDoubleFunction<Run> of) {

    /** Units. */
    public enum Unit {
        /** Seconds. */
        SECONDS,
        /** Bytes. */
        BYTES,
        /** A number of things. */
        COUNT,
        /** Whatever the program means by it. */
        PLAIN
    }

    /** All figures of a comparison: first those by which arms are judged. */
    static List<Metric> of(CompareRequest request) {
        List<Metric> metrics = new ArrayList<>();
        for (int i = 0; i < request.merits().size(); i++) {
            FigureOfMerit merit = request.merits().get(i);
            int number = i;
            metrics.add(new Metric(merit.name(), merit.name(), Unit.PLAIN, merit.better(), true,
                    run -> run.merits().get(number)));
        }
        boolean launching = request.arms().stream().anyMatch(arm -> arm.kind().onLwk());
        metrics.add(seconds("wall_s", "wall time", true, Run::program, Usage::wall));
        metrics.add(seconds("launched_wall_s", "wall time with launch", launching, Run::launched, Usage::wall));
        metrics.add(seconds("user_s", "user time", false, Run::program, Usage::user));
        metrics.add(seconds("system_s", "system time", false, Run::program, Usage::system));
        metrics.add(seconds("launched_cpu_s", "CPU time with launch", false, Run::launched, usage -> usage.user()
                + usage.system()));
        metrics.add(count("minor_faults", "minor page faults", Usage::minorFaults));
        metrics.add(count("major_faults", "major page faults", Usage::majorFaults));
        metrics.add(count("voluntary_switches", "voluntary switches", Usage::voluntary));
        metrics.add(count("involuntary_switches", "involuntary switches", Usage::involuntary));
        metrics.add(new Metric("max_resident_bytes", "resident memory", Unit.BYTES, Better.LOWER, false, Run::resident));
        return List.copyOf(metrics);
    }

    private static Metric seconds(String key, String what, boolean judged, Function<Run, Optional<Usage>> usage,
                                  ToDoubleFunction<Usage> value) {
        return new Metric(key, what, Unit.SECONDS, Better.LOWER, judged,
                run -> usage.apply(run).map(value::applyAsDouble).orElse(Double.NaN));
    }

    private static Metric count(String key, String what, ToDoubleFunction<Usage> value) {
        return new Metric(key, what, Unit.COUNT, Better.LOWER, false,
                run -> run.program().map(value::applyAsDouble).orElse(Double.NaN));
    }
}
