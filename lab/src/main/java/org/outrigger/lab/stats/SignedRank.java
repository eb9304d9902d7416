package org.outrigger.lab.stats;

import java.util.Arrays;
import java.util.Optional;

/**
 * The location of paired differences and its interval, from Wilcoxon's signed ranks: the estimate of Hodges and Lehmann, the
 * median of the means of all pairs of differences, and the interval of Tukey, whose ends are such means. (M. Hollander,
 * D. Wolfe, E. Chicken, Nonparametric Statistical Methods, 3rd ed., sections 3.1 to 3.3.)
 *
 * <p>It holds its level for any number of independent differences that are symmetric about their location, whatever the tails.
 * Where the two arms of a round are equal, the difference between them is symmetric, because exchanging the arms turns its sign.
 * Ties make the interval wider than it need be, never too narrow.
 */
public final class SignedRank {
    /** Above it the distribution is taken as normal; the error is below 0.0005 in probability then. */
    private static final int EXACT = 100;

    private SignedRank() {
    }

    /**
     * The location of the differences.
     *
     * @param differences at least one, none of them infinite or not a number
     * @param confidence  above 0, below 1
     * @return the estimate with its interval; empty where there are fewer differences than {@link #needed} says
     */
    public static Optional<Estimate> interval(double[] differences, double confidence) {
        if (differences.length < needed(confidence)) {
            return Optional.empty();
        }
        double[] means = means(differences);
        int cut = cut(differences.length, (1 - confidence) / 2);
        return Optional.of(new Estimate(Sample.median(means), means[cut], means[means.length - 1 - cut]));
    }

    /** The location of the differences alone, which needs but one of them. */
    public static double location(double[] differences) {
        return Sample.median(means(differences));
    }

    /**
     * The fewest differences that can support an interval of this confidence: with {@code n} of them the strongest sign of a
     * difference, all on one side, still comes by chance in 2 of 2<sup>n</sup> trials.
     */
    public static int needed(double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("a confidence of " + confidence);
        }
        int count = 1;
        // A little leeway: 1 - 0.96875 is not exactly 2/64.
        while (Math.scalb(1.0, 1 - count) > (1 - confidence) * (1 + 1e-9)) {
            count++;
        }
        return count;
    }

    /** Walsh's averages, ascending: the means of each two differences, and of each with itself. */
    private static double[] means(double[] differences) {
        int count = differences.length;
        if (count == 0) {
            throw new IllegalArgumentException("no differences");
        }
        double[] means = new double[count * (count + 1) / 2];
        int next = 0;
        for (int i = 0; i < count; i++) {
            for (int j = i; j < count; j++) {
                means[next++] = i == j ? differences[i] : (differences[i] + differences[j]) / 2;
            }
        }
        Arrays.sort(means);
        return means;
    }

    /** The largest sum of ranks that is reached or fallen short of with no more than this probability. */
    private static int cut(int count, double probability) {
        if (count > EXACT) {
            double mean = count * (count + 1.0) / 4;
            double deviation = Math.sqrt(count * (count + 1.0) * (2.0 * count + 1) / 24);
            return (int) Math.max(0, Math.floor(mean + Normal.quantile(probability) * deviation - 0.5));
        }
        double[] chance = new double[count * (count + 1) / 2 + 1];
        chance[0] = 1;
        int most = 0;
        for (int rank = 1; rank <= count; rank++) {
            most += rank;
            for (int sum = most; sum >= 0; sum--) {
                chance[sum] = (chance[sum] + (sum >= rank ? chance[sum - rank] : 0)) / 2;
            }
        }
        double below = 0;
        int cut = -1;
        while (below + chance[cut + 1] <= probability * (1 + 1e-9)) {
            below += chance[++cut];
        }
        return cut;
    }
}
