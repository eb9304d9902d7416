package org.outrigger.lab.noise;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.load.Load;
import org.outrigger.lab.stats.Bootstrap;
import org.outrigger.lab.stats.Estimate;

/** The runs of one arm beside one load, and what they come to. Intervals are of 95 %, by drawing rounds anew. */
public final class Cell {
    private static final double NANO = 1e9;

    private final NoiseKernel kernel;
    private final Arm arm;
    private final Load load;
    private final List<NoiseRun> runs;
    private final Pool pool;

    /** Of these runs, in the order of rounds; there may be none. */
    public Cell(NoiseKernel kernel, Arm arm, Load load, List<NoiseRun> runs) {
        this.kernel = kernel;
        this.arm = arm;
        this.load = load;
        this.runs = List.copyOf(runs);
        pool = new Pool(runs.stream().map(NoiseRun::values).toList());
    }

    /** What measured. */
    public NoiseKernel kernel() {
        return kernel;
    }

    /** Under what it ran. */
    public Arm arm() {
        return arm;
    }

    /** Beside what it ran. */
    public Load load() {
        return load;
    }

    /** The runs, in the order of rounds. */
    public List<NoiseRun> runs() {
        return runs;
    }

    /** How many values there are. */
    public int count() {
        return pool.size();
    }

    /** The smallest value in nanoseconds; empty when there are none. */
    public OptionalDouble min() {
        return pool.size() == 0 ? OptionalDouble.empty() : OptionalDouble.of(pool.min());
    }

    /** The largest value in nanoseconds; empty when there are none. */
    public OptionalDouble max() {
        return pool.size() == 0 ? OptionalDouble.empty() : OptionalDouble.of(pool.max());
    }

    /** A quantile in nanoseconds; empty when not one value is beyond it, so that nothing is known of it. */
    public Optional<Estimate> quantile(Tail tail) {
        return pool.size() == 0 || !pool.reaches(tail.part()) ? Optional.empty()
                : Optional.of(estimate(indexes(), drawn -> pool.quantile(tail.part(), drawn)));
    }

    /**
     * The share of noise: of fixed work the mean over the minimum, less 1; else the part of the time that was lost. Empty when
     * nothing ran.
     */
    public Optional<Estimate> noise() {
        return runs.isEmpty() || kernel != NoiseKernel.SELFISH && pool.size() == 0 ? Optional.empty()
                : Optional.of(estimate(indexes(), this::noise));
    }

    private double noise(int[] drawn) {
        if (kernel == NoiseKernel.FWQ) {
            return pool.mean(drawn) / pool.min(drawn) - 1;
        }
        double elapsed = 0;
        for (int i = 0; i < drawn.length; i++) {
            elapsed += drawn[i] * runs.get(i).elapsedNs();
        }
        return pool.sum(drawn) / elapsed;
    }

    /**
     * A quantile over that of another cell, whose rounds are those of this one: rounds in which only one ran do not count.
     * Empty when one of the two is not known.
     */
    public Optional<Estimate> ratio(Cell other, Tail tail) {
        List<int[]> pairs = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            for (int j = 0; j < other.runs.size(); j++) {
                if (runs.get(i).round() == other.runs.get(j).round()) {
                    pairs.add(new int[] {i, j});
                }
            }
        }
        if (pairs.isEmpty() || !pool.reaches(tail.part()) || !other.pool.reaches(tail.part())) {
            return Optional.empty();
        }
        return Optional.of(Bootstrap.of(pairs, draw -> {
            int[] mine = new int[runs.size()];
            int[] others = new int[other.runs.size()];
            draw.forEach(pair -> {
                mine[pair[0]]++;
                others[pair[1]]++;
            });
            return pool.quantile(tail.part(), mine) / other.pool.quantile(tail.part(), others);
        }, Estimate.CONFIDENCE, Bootstrap.Method.PERCENTILE));
    }

    private List<Integer> indexes() {
        List<Integer> indexes = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            indexes.add(i);
        }
        return indexes;
    }

    private static Estimate estimate(List<Integer> rounds, ToDoubleFunction<int[]> figure) {
        return Bootstrap.of(rounds, draw -> figure.applyAsDouble(weights(draw, rounds.size())), Estimate.CONFIDENCE,
                Bootstrap.Method.PERCENTILE);
    }

    private static int[] weights(Collection<Integer> draw, int rounds) {
        int[] weights = new int[rounds];
        draw.forEach(round -> weights[round]++);
        return weights;
    }

    /** A figure of one round by itself; not a number when that round did not run or cannot tell. */
    public double ofRound(int round, RoundFigure figure) {
        return runs.stream().filter(run -> run.round() == round).findFirst()
                .map(run -> figure.of(new Cell(kernel, arm, load, List.of(run)))).orElse(Double.NaN);
    }

    /**
     * The largest over the smallest of the rounds' own values of a figure, less 1; empty with fewer than two of them, or where
     * the smallest is 0.
     */
    public OptionalDouble spread(RoundFigure figure) {
        double[] values = runs.stream().mapToDouble(run -> ofRound(run.round(), figure)).filter(value -> !Double.isNaN(value))
                .sorted().toArray();
        return values.length < 2 || values[0] <= 0 ? OptionalDouble.empty()
                : OptionalDouble.of(values[values.length - 1] / values[0] - 1);
    }

    /** Measured time, of all cores together, in seconds. */
    public double elapsedS() {
        return runs.stream().mapToDouble(NoiseRun::elapsedNs).sum() / NANO;
    }

    /** The share of the time that the hypervisor took; empty where it is not told. */
    public OptionalDouble steal() {
        if (runs.isEmpty() || runs.stream().anyMatch(run -> run.stealNs().isEmpty())) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(runs.stream().mapToDouble(run -> run.stealNs().orElseThrow()).sum()
                / runs.stream().mapToDouble(run -> run.wallNs() * run.watched()).sum());
    }

    /** Involuntary context switches in a second of a core. */
    public double involuntaryPerS() {
        return runs.stream().flatMap(run -> run.series().stream()).mapToLong(Series::involuntary).sum() / elapsedS();
    }

    /** What interrupted, by how long it took. */
    public Detours detours() {
        return Detours.of(this);
    }
}
