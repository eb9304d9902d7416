package org.outrigger.lab.compare;

import java.util.Locale;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.load.Load;
import org.outrigger.lab.stats.Better;
import org.outrigger.lab.stats.Comparison;
import org.outrigger.lab.stats.Estimate;
import org.outrigger.lab.stats.Verdict;

/**
 * What may be said of an arm beside the baseline by one figure.
 *
 * @param load       beside which both ran
 * @param arm        the arm
 * @param baseline   the baseline
 * @param metric     the figure
 * @param comparison what the values say
 */
public record Finding(Load load, Arm arm, Arm baseline, Metric metric, Comparison comparison) {
    private static final double PERCENT = 100;
    private static final double MANY = 2;

    /** One plain sentence with the word of the verdict in it. */
    public String sentence() {
        String beside = load.kind() == Load.Kind.NONE ? "" : " beside the load " + load.label();
        String subject = metric.what() + beside + ": ";
        if (comparison.rounds() == 0) {
            return subject + "no difference can be told, since no round has both " + arm + " and " + baseline + ".";
        }
        if (comparison.ratio().isEmpty()) {
            return subject + "no difference can be told, since not all values are above 0.";
        }
        Estimate ratio = comparison.ratio().get();
        if (!comparison.supported()) {
            return subject + "no difference can be told from " + rounds(comparison.rounds()) + ", " + comparison.needed()
                    + " are needed; " + arm + " had " + times(ratio.value()) + " " + baseline + "'s.";
        }
        String limit = comparison.threshold() > 0 ? " by more than " + percent(comparison.threshold()) : "";
        String figures = times(ratio.value()) + " " + baseline + "'s (" + number(ratio.low()) + " to " + number(ratio.high())
                + ")";
        if (comparison.verdict() != Verdict.NO_DIFFERENCE) {
            return subject + arm + " is " + comparison.verdict().word() + " than " + baseline + limit + ": " + figures + ", "
                    + change(ratio.value()) + ".";
        }
        String above = comparison.threshold() > 0 ? " above " + percent(comparison.threshold()) : "";
        return subject + "no difference" + above + " between " + arm + " and " + baseline
                + (comparison.equal() ? ", and the data exclude one" : " is shown") + ": " + figures + ".";
    }

    private static String rounds(int rounds) {
        return rounds == 1 ? "1 round" : rounds + " rounds";
    }

    private static String times(double ratio) {
        return number(ratio) + " times";
    }

    private String change(double ratio) {
        if (ratio >= MANY || ratio <= 1 / MANY) {
            boolean good = ratio < 1 == (metric.better() == Better.LOWER);
            double factor = Math.max(ratio, 1 / ratio);
            return "a factor of " + number(factor) + (good ? " better" : " worse");
        }
        return percent(Math.abs(ratio - 1)) + (ratio < 1 ? " less" : " more");
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, part >= 0.1 ? "%.0f %%" : "%.1f %%", part * PERCENT).replace(".0 %", " %");
    }

    /** Three digits behind the point, or four of them all. */
    static String number(double ratio) {
        return ratio >= 10_000 || ratio < 0.001 ? String.format(Locale.ROOT, "%.3g", ratio)
                : String.format(Locale.ROOT, ratio < 10 ? "%.3f" : ratio < 100 ? "%.2f" : "%.1f", ratio);
    }
}
