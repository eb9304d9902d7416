package org.outrigger.lab.html;

import java.util.List;
import java.util.Locale;

/** What an axis or a cell counts in. A value is always in the base unit; people read it in the multiple that fits. */
public enum Unit {
    /** Time, in nanoseconds. */
    NANOSECONDS(new Multiple(1, "ns"), new Multiple(1e3, "\u00b5s"), new Multiple(1e6, "ms"), new Multiple(1e9, "s")),
    /** Time since the start of a measurement, in seconds. */
    SECONDS(new Multiple(1e-9, "ns"), new Multiple(1e-6, "\u00b5s"), new Multiple(1e-3, "ms"), new Multiple(1, "s")),
    /** Events in a second. */
    PER_SECOND(new Multiple(1, "per s")),
    /** An amount of memory, in bytes. */
    BYTES(new Multiple(1, "B"), new Multiple(1024, "KiB"), new Multiple(1024 * 1024, "MiB"), new Multiple(1024 * 1024 * 1024,
            "GiB")),
    /** A share, in per cent. */
    PERCENT(new Multiple(1, "%")),
    /** How many times something else. */
    TIMES(new Multiple(1, "\u00d7")),
    /** A number of things, or a figure whose unit is not known. */
    PLAIN(new Multiple(1, ""));

    private static final double EXACT = 1e-9;

    /**
     * A multiple of the base unit.
     *
     * @param size   in base units
     * @param symbol as people write it; empty for none
     */
    record Multiple(double size, String symbol) {
    }

    private final List<Multiple> multiples;

    Unit(Multiple... multiples) {
        this.multiples = List.of(multiples);
    }

    /** The largest multiple that is not larger than the value. */
    Multiple fitting(double value) {
        Multiple fitting = multiples.get(0);
        for (Multiple multiple : multiples) {
            if (Math.abs(value) >= multiple.size() * (1 - EXACT)) {
                fitting = multiple;
            }
        }
        return fitting;
    }

    /** The value with its unit, to three digits or a little more. */
    public String text(double value) {
        if (!Double.isFinite(value)) {
            return "\u2013";
        }
        Multiple multiple = fitting(value);
        return digits(value / multiple.size()) + suffix(multiple);
    }

    private static String suffix(Multiple multiple) {
        return multiple.symbol().isEmpty() ? "" : multiple.symbol().equals("\u00d7") ? multiple.symbol() : "\u00a0"
                + multiple.symbol();
    }

    /** A number without trailing zeros, grouped by thousands. */
    static String digits(double value) {
        double size = Math.abs(value);
        int places = size == 0 ? 0 : size < 10 ? (int) Math.min(6, 2 - Math.floor(Math.log10(size))) : size < 100 ? 1 : 0;
        String text = String.format(Locale.ROOT, "%,." + places + "f", value);
        return text.indexOf('.') < 0 ? text : text.replaceAll("\\.?0+$", "");
    }
}
