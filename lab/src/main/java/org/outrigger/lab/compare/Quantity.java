package org.outrigger.lab.compare;

import java.util.Locale;

/** Figures as people read them: three or four digits and a unit. */
final class Quantity {
    private static final double THOUSAND = 1e3;
    private static final double KIB = 1024;

    private Quantity() {
    }

    static String of(Metric.Unit unit, double value) {
        return switch (unit) {
            case SECONDS -> seconds(value);
            case BYTES -> value < KIB * KIB ? digits(value / KIB) + " KiB"
                    : value < KIB * KIB * KIB ? digits(value / KIB / KIB) + " MiB" : digits(value / KIB / KIB / KIB) + " GiB";
            case COUNT -> String.format(Locale.ROOT, value == Math.rint(value) ? "%,.0f" : "%,.1f", value);
            case PLAIN -> plain(value);
        };
    }

    private static String seconds(double value) {
        return value == 0 ? "0 s" : value < 1 / THOUSAND ? digits(value * THOUSAND * THOUSAND) + " us"
                : value < 1 ? digits(value * THOUSAND) + " ms" : digits(value) + " s";
    }

    private static String digits(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.3f" : value < 100 ? "%.2f" : value < THOUSAND ? "%.1f" : "%.0f", value);
    }

    private static String plain(double value) {
        double size = Math.abs(value);
        return size != 0 && (size >= 1e9 || size < 1e-3) ? String.format(Locale.ROOT, "%.4g", value)
                : size >= 1e4 ? String.format(Locale.ROOT, "%,.0f", value) : value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value) : digits(value);
    }

    static String percent(double part) {
        return String.format(Locale.ROOT, "%.1f %%", part * 100);
    }
}
