package org.outrigger.lab.stats;

import java.util.Arrays;
import java.util.Optional;

/**
 * An arm beside its baseline, round by round. Both were measured in each round, so that what the machine did to a round was done
 * to both; what is judged is the ratio of the two in each round, by the {@linkplain SignedRank signed ranks} of its logarithm.
 * Two equal arms come out as different no more often than the confidence allows, however few the rounds are and however the
 * times are distributed; where there are too few rounds for that, no difference is claimed.
 *
 * @param ratio      arm over baseline: the typical ratio of a round, with its interval; empty when a value is not above 0. With
 *                   too few rounds the interval reaches from 0 to infinity
 * @param verdict    what may be said
 * @param rounds     how many rounds have both values
 * @param needed     how many are needed to say anything but {@link Verdict#NO_DIFFERENCE}
 * @param confidence of the interval
 * @param threshold  how much has to differ to count: 0.1 for a ratio above 1.1 or below 1/1.1
 */
public record Comparison(Optional<Estimate> ratio, Verdict verdict, int rounds, int needed, double confidence,
                         double threshold) {
    /** A part of one in a hundred thousand million is rounding, not a difference. */
    private static final double ROUNDING = 1e-11;

    /**
     * Compares.
     *
     * @param arm        a value for each round; not a number where there is none
     * @param baseline   as many, of the same rounds
     * @param better     which way the figure is good
     * @param threshold  0 or more, as above
     * @param confidence of this one interval, see {@link #each}
     */
    public static Comparison of(double[] arm, double[] baseline, Better better, double threshold, double confidence) {
        if (arm.length != baseline.length || !(threshold >= 0)) {
            throw new IllegalArgumentException(arm.length + " and " + baseline.length + " rounds, a threshold of " + threshold);
        }
        int needed = SignedRank.needed(confidence);
        double[] logarithms = new double[arm.length];
        int rounds = 0;
        boolean positive = true;
        for (int i = 0; i < arm.length; i++) {
            if (!Double.isNaN(arm[i]) && !Double.isNaN(baseline[i])) {
                double logarithm = Math.log(arm[i] / baseline[i]);
                positive &= arm[i] > 0 && baseline[i] > 0 && Double.isFinite(logarithm);
                logarithms[rounds++] = logarithm;
            }
        }
        if (rounds == 0 || !positive) {
            return new Comparison(Optional.empty(), Verdict.NO_DIFFERENCE, rounds, needed, confidence, threshold);
        }
        double[] known = Arrays.copyOf(logarithms, rounds);
        Estimate change = SignedRank.interval(known, confidence).orElseGet(() ->
                new Estimate(SignedRank.location(known), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
        double least = Math.log1p(threshold) + ROUNDING;
        Verdict verdict = Verdict.NO_DIFFERENCE;
        if (change.high() < -least) {
            verdict = better == Better.LOWER ? Verdict.FASTER : Verdict.SLOWER;
        } else if (change.low() > least) {
            verdict = better == Better.LOWER ? Verdict.SLOWER : Verdict.FASTER;
        }
        Estimate ratio = new Estimate(Math.exp(change.value()), Math.exp(change.low()), Math.exp(change.high()));
        return new Comparison(Optional.of(ratio), verdict, rounds, needed, confidence, threshold);
    }

    /**
     * The confidence that each of several intervals must have so that all hold together with a given one (Bonferroni):
     * who makes twenty comparisons at 95 % finds a difference somewhere though there is none.
     *
     * @param together   above 0, below 1
     * @param comparisons how many; 0 counts as 1
     */
    public static double each(double together, int comparisons) {
        return 1 - (1 - together) / Math.max(1, comparisons);
    }

    /** Whether there are rounds enough to say anything. */
    public boolean supported() {
        return rounds >= needed && ratio.isPresent();
    }

    /** Whether the data exclude a difference above the threshold, which is more than not showing one. */
    public boolean equal() {
        double most = 1 + threshold;
        return supported() && ratio.filter(known -> known.high() <= most && known.low() >= 1 / most).isPresent();
    }
}
