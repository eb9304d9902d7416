package org.outrigger.lab.noise;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.outrigger.lab.load.Load;
import org.outrigger.lab.stats.Better;
import org.outrigger.lab.stats.Comparison;
import org.outrigger.lab.stats.Estimate;

/**
 * One cell beside another, by one figure: two arms beside the same load, or one arm with a load and without.
 *
 * @param cell       what is judged
 * @param baseline   by what
 * @param figure     by which figure
 * @param comparison what the rounds support
 */
public record Beside(Cell cell, Cell baseline, RoundFigure figure, Comparison comparison) {
    /** What differs by less does not count. */
    public static final double THRESHOLD = 0.05;

    private static final int FEW = 10;

    /** All comparisons that a reader wants to make: each arm with the first beside each load, and each load with none. */
    static List<Beside> all(List<Cell> cells, int rounds) {
        List<Beside> all = new ArrayList<>();
        for (Cell cell : cells) {
            for (Cell other : cells) {
                boolean sameLoad = cell.load().equals(other.load());
                // The LWK with every Linux arm, and every arm with those of its own kind that stand before it: an A/A test.
                boolean arms = sameLoad && cell != other && (cell.arm().kind().onLwk() && !other.arm().kind().onLwk()
                        || cell.arm().kind() == other.arm().kind() && cells.indexOf(other) < cells.indexOf(cell));
                boolean loads = cell.arm().equals(other.arm()) && other.load().kind() == Load.Kind.NONE && !sameLoad;
                if (arms || loads) {
                    figures(cell.kernel()).forEach(figure -> all.add(of(cell, other, figure, rounds)));
                }
            }
        }
        return all;
    }

    private static List<RoundFigure> figures(NoiseKernel kernel) {
        return switch (kernel) {
            case FWQ -> List.of(RoundFigure.MEAN, RoundFigure.P99, RoundFigure.P99_9);
            case FTQ -> List.of(RoundFigure.NOISE, RoundFigure.P99);
            case SELFISH -> List.of(RoundFigure.NOISE);
        };
    }

    static Beside of(Cell cell, Cell baseline, RoundFigure figure, int rounds) {
        double[] values = new double[rounds];
        double[] others = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            values[round] = cell.ofRound(round, figure);
            others[round] = baseline.ofRound(round, figure);
        }
        return new Beside(cell, baseline, figure, Comparison.of(values, others, Better.LOWER, THRESHOLD, Estimate.CONFIDENCE));
    }

    /** What is compared, for people. */
    public String subject() {
        boolean arms = !cell.arm().equals(baseline.arm());
        return arms ? cell.arm() + " and " + baseline.arm() + ", load " + cell.load()
                : cell.arm() + ", load " + cell.load() + " and none";
    }

    /** The ratio with its interval, and the word for it. */
    public String sentence() {
        StringBuilder text = new StringBuilder(comparison.verdict().word());
        if (comparison.ratio().isEmpty()) {
            return "not measured";
        }
        Estimate ratio = comparison.ratio().get();
        text.append(' ').append(number(ratio.value())).append('x');
        if (!comparison.supported()) {
            return text.toString(); // too few rounds for an interval
        }
        return text.append(" (").append(number(ratio.low())).append(" to ").append(number(ratio.high())).append(')').toString();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 1 ? "%.3f" : value < FEW ? "%.2f" : "%.0f", value);
    }
}
