package org.outrigger.lab.noise;

import java.util.ArrayList;
import java.util.List;

/**
 * Detours by how long they took: what noise does to a parallel program depends on both, how often and how long (K. Ferreira and
 * others, SC08). Of fixed work a detour is what a quantum took beyond the shortest one; those below one microsecond, which are
 * the processor's own unevenness, do not count.
 *
 * @param classes   the classes, ascending, up to the last that has a detour
 * @param elapsedS  measured time, of all cores together, in seconds
 */
public record Detours(List<Duration> classes, double elapsedS) {
    private static final double MICRO = 1e3;
    private static final double NANO = 1e9;
    private static final double[] STEPS = {1, 2, 5};
    private static final int DECADES = 7;

    /**
     * The detours of one class.
     *
     * @param fromNs   the shortest that belong to it
     * @param toNs     the shortest that no more belong to it
     * @param count    how many
     * @param stolenNs how long they took together
     */
    public record Duration(double fromNs, double toNs, long count, double stolenNs) {
    }

    static Detours of(Cell cell) {
        double[] edges = new double[STEPS.length * DECADES + 1];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = MICRO * STEPS[i % STEPS.length] * Math.pow(10, i / STEPS.length);
        }
        long[] counts = new long[edges.length];
        double[] stolen = new double[edges.length];
        double least = cell.kernel() == NoiseKernel.FWQ ? cell.min().orElse(0) : 0;
        int last = -1;
        for (NoiseRun run : cell.runs()) {
            for (Series series : run.series()) {
                for (double value : series.valuesNs()) {
                    double detour = value - least;
                    int at = edges.length - 1;
                    while (at >= 0 && detour < edges[at]) {
                        at--;
                    }
                    if (at >= 0) {
                        counts[at]++;
                        stolen[at] += detour;
                        last = Math.max(last, at);
                    }
                }
            }
        }
        List<Duration> classes = new ArrayList<>();
        for (int i = 0; i <= last; i++) {
            double to = i + 1 < edges.length ? edges[i + 1] : Double.POSITIVE_INFINITY;
            classes.add(new Duration(edges[i], to, counts[i], stolen[i]));
        }
        return new Detours(classes, cell.elapsedS());
    }

    /** How many in a second of a core last from so long to less than so long, in nanoseconds. */
    public double perSecond(double fromNs, double toNs) {
        return classes.stream().filter(one -> one.fromNs() >= fromNs && one.fromNs() < toNs).mapToLong(Duration::count).sum()
                / elapsedS;
    }

    /** Which share of the time they took. */
    public double share(double fromNs, double toNs) {
        return classes.stream().filter(one -> one.fromNs() >= fromNs && one.fromNs() < toNs).mapToDouble(Duration::stolenNs).sum()
                / NANO / elapsedS;
    }
}
