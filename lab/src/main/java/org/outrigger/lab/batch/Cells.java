package org.outrigger.lab.batch;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.outrigger.lab.stats.Estimate;
import org.outrigger.lab.stats.Sample;

/** Figures as the cells of tables for people. */
public final class Cells {
    private static final double MICRO = 1e3;
    private static final double MILLI = 1e6;
    private static final double SECOND = 1e9;

    private Cells() {
    }

    /** A ratio in the word that fits: how many times faster, or how many times the other. */
    public static String ratio(Estimate ratio) {
        boolean faster = ratio.value() < 1;
        String value = faster ? number(1 / ratio.value()) + "x faster" : number(ratio.value()) + "x";
        if (ratio.low() == ratio.high()) {
            return value; // one round has no interval
        }
        return value + (faster ? " (" + number(1 / ratio.high()) + " to " + number(1 / ratio.low()) + ")"
                : " (" + number(ratio.low()) + " to " + number(ratio.high()) + ")");
    }

    /** The median of durations and the median deviation from it. */
    public static String spread(Sample nanoseconds) {
        double median = nanoseconds.median();
        double unit = unit(median);
        return number(median / unit) + " +- " + number(nanoseconds.deviation() / unit) + " " + unitName(unit);
    }

    /** A duration with its unit. */
    public static String time(double nanoseconds) {
        double unit = unit(nanoseconds);
        return number(nanoseconds / unit) + " " + unitName(unit);
    }

    private static double unit(double nanoseconds) {
        return nanoseconds < 1e4 ? 1 : nanoseconds < 1e7 ? MICRO : nanoseconds < 1e10 ? MILLI : SECOND;
    }

    private static String unitName(double unit) {
        return unit == 1 ? "ns" : unit == MICRO ? "us" : unit == MILLI ? "ms" : "s";
    }

    /** Three digits or a little more: no trailing zeros after the point. */
    public static String number(double value) {
        String digits = String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
        return digits.indexOf('.') < 0 ? digits : digits.replaceAll("\\.?0+$", "");
    }

    /** CPUs as {@code --cpus} and {@code --linux-cpus} take them. */
    public static String list(int[] cpus) {
        return IntStream.of(cpus).mapToObj(Integer::toString).collect(Collectors.joining(","));
    }

    /** A cell with blanks behind it. */
    public static String padded(String cell, int width) {
        return cell + " ".repeat(Math.max(1, width - cell.length()));
    }

    /** A cell with blanks before it. */
    public static String ahead(String cell, int width) {
        return " ".repeat(Math.max(1, width - cell.length())) + cell;
    }
}
