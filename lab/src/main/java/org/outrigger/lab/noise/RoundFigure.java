package org.outrigger.lab.noise;

import java.util.Arrays;

/** A figure that a single round can tell and by which arms are compared; the lower, the quieter. */
public enum RoundFigure {
    /** The mean value. */
    MEAN("mean", "mean"),
    /** 99 % of the values. */
    P99("p99", "99 %"),
    /** 99.9 % of the values. */
    P99_9("p99_9", "99.9 %"),
    /** The share of the time that was lost. */
    NOISE("noise", "noise");

    private final String key;
    private final String text;

    RoundFigure(String key, String text) {
        this.key = key;
        this.text = text;
    }

    /** The name in JSON. */
    public String key() {
        return key;
    }

    /** The name for people. */
    public String text() {
        return text;
    }

    /** The figure of a cell with one round; not a number when that cannot tell. */
    double of(Cell round) {
        return switch (this) {
            case MEAN -> round.runs().stream().flatMapToDouble(run -> Arrays.stream(run.values())).average().orElse(Double.NaN);
            case P99 -> quantile(round, Tail.P99);
            case P99_9 -> quantile(round, Tail.P99_9);
            case NOISE -> round.noise().map(known -> known.value()).orElse(Double.NaN);
        };
    }

    private static double quantile(Cell round, Tail tail) {
        return round.quantile(tail).map(known -> known.value()).orElse(Double.NaN);
    }
}
