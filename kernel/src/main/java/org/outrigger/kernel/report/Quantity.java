package org.outrigger.kernel.report;

import java.util.Locale;
import java.util.OptionalLong;

/** Numbers with their units, to three digits, in plain ASCII: the terminal's character set is not known. */
final class Quantity {

    /** Stands where a number is not known. */
    static final String NONE = "-";

    private static final String[] TIME_UNITS = {"ns", "us", "ms", "s"};
    private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Quantity() { }

    static String time(long nanoseconds) {
        return scaled(nanoseconds, 1000, TIME_UNITS);
    }

    static String time(OptionalLong nanoseconds) {
        return nanoseconds.isPresent() ? time(nanoseconds.getAsLong()) : NONE;
    }

    static String bytes(long bytes) {
        return bytes < 0 ? NONE : scaled(bytes, 1024, BYTE_UNITS);
    }

    static String count(long count) {
        return count < 0 ? NONE : Long.toString(count);
    }

    static String counted(long count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }

    private static String scaled(long value, int step, String[] units) {
        double scaled = value;
        int unit = 0;
        // What would round up to the next unit's 1 is already told in that unit.
        while (scaled >= step - 0.5 && unit < units.length - 1) {
            scaled /= step;
            unit++;
        }
        int decimals = unit == 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f %s", scaled, units[unit]);
    }
}
