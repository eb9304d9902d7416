package org.outrigger.lab.html;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One direction of a chart.
 *
 * @param label  what is counted along it
 * @param unit   in what
 * @param scale  how values are spread
 * @param low    the value at its beginning
 * @param high   the value at its end, above the first
 */
public record Axis(String label, Unit unit, Scale scale, double low, double high) {
    /** From this ratio of the largest to the smallest value on a scale is logarithmic, where the chart leaves it open. */
    private static final double WIDE = 12;
    private static final double MARGIN = 0.06;
    private static final double[] NICE = {1, 2, 2.5, 5, 10};

    /** How values are spread along an axis. */
    public enum Scale {
        /** Evenly. */
        LINEAR,
        /** By their logarithms. */
        LOG
    }

    /**
     * A marked place.
     *
     * @param value where
     * @param text  what stands there; empty for a line alone
     */
    record Tick(double value, String text) {
    }

    public Axis {
        if (scale == Scale.LOG && low <= 0) {
            throw new IllegalArgumentException(label + ": a logarithmic axis from " + low);
        }
        if (!(low < high) || !Double.isFinite(high - low)) {
            throw new IllegalArgumentException(label + ": an axis from " + low + " to " + high);
        }
    }

    /** An axis that begins at 0 and holds all values up to the largest. */
    public static Axis fromZero(String label, Unit unit, double largest) {
        return new Axis(label, unit, Scale.LINEAR, 0, largest > 0 ? largest * (1 + MARGIN) : 1);
    }

    /** An axis just around values above 0: logarithmic when they lie far apart. */
    public static Axis around(String label, Unit unit, double smallest, double largest) {
        if (smallest > 0 && largest / smallest >= WIDE) {
            return logarithmic(label, unit, smallest, largest);
        }
        double room = largest > smallest ? (largest - smallest) * MARGIN : smallest == 0 ? 1 : Math.abs(smallest) * MARGIN;
        return new Axis(label, unit, Scale.LINEAR, smallest - room, largest + room);
    }

    /** A logarithmic axis just around values above 0. */
    public static Axis logarithmic(String label, Unit unit, double smallest, double largest) {
        double room = Math.max(Math.pow(largest / smallest, MARGIN), 1 + MARGIN);
        return new Axis(label, unit, Scale.LOG, smallest / room, largest * room);
    }

    /** Where a value lies: 0 at the beginning, 1 at the end; what is beyond an end lies at that end. */
    double place(double value) {
        if (value <= low) {
            return 0;
        }
        return Math.min(1, scale == Scale.LINEAR ? (value - low) / (high - low) : Math.log(value / low) / Math.log(high / low));
    }

    /** The title with the unit that the marks do not carry. */
    String title() {
        return common().filter(unitOfAll -> !unitOfAll.symbol().isEmpty()).map(unitOfAll -> label + " (" + unitOfAll.symbol()
                + ")")
                .orElse(label);
    }

    /** The multiple that all marks are in; none where each tells its own. */
    private Optional<Unit.Multiple> common() {
        return scale == Scale.LINEAR ? Optional.of(unit.fitting(high)) : Optional.empty();
    }

    /** The marks, about as many as asked for. */
    List<Tick> ticks(int wanted) {
        return scale == Scale.LINEAR ? linear(wanted) : unit == Unit.BYTES ? powersOfTwo(wanted) : decades(wanted);
    }

    private List<Tick> linear(int wanted) {
        Unit.Multiple multiple = common().orElseThrow();
        double from = low / multiple.size();
        double to = high / multiple.size();
        double rough = (to - from) / Math.max(1, wanted);
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = power * 10;
        for (double nice : NICE) {
            if (nice * power >= rough * 0.999) {
                step = nice * power;
                break;
            }
        }
        int places = (int) Math.max(0, Math.ceil(-Math.log10(step) - 1e-9) + (step / power == 2.5 ? 1 : 0));
        List<Tick> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(from / step - 1e-9); i * step <= to * (1 + 1e-12) + 1e-300; i++) {
            ticks.add(new Tick(i * step * multiple.size(), String.format(Locale.ROOT, "%,." + places + "f", i * step)));
        }
        return ticks;
    }

    private List<Tick> decades(int wanted) {
        double span = Math.log10(high / low);
        int stride = Math.max(1, (int) Math.ceil(span / Math.max(1, wanted)));
        List<Tick> ticks = new ArrayList<>();
        for (int exponent = (int) Math.floor(Math.log10(low)); exponent <= Math.log10(high); exponent++) {
            for (int digit = 1; digit < 10; digit++) {
                double value = digit * Math.pow(10, exponent);
                boolean told = digit == 1 && Math.floorMod(exponent, stride) == 0
                        || span * 2.2 <= wanted && (digit == 2 || digit == 5)
                        || span * 6 <= wanted && digit % 2 == 1 && digit < 9;
                if (value >= low * (1 - 1e-12) && value <= high * (1 + 1e-12) && (told || stride == 1)) {
                    ticks.add(new Tick(value, told ? unit.text(value) : ""));
                }
            }
        }
        return ticks;
    }

    private List<Tick> powersOfTwo(int wanted) {
        double first = Math.ceil(Math.log(low) / Math.log(2));
        double last = Math.floor(Math.log(high) / Math.log(2));
        int stride = (int) Math.max(1, Math.ceil((last - first) / Math.max(1, wanted)));
        List<Tick> ticks = new ArrayList<>();
        for (double exponent = first; exponent <= last; exponent++) {
            double value = Math.pow(2, exponent);
            ticks.add(new Tick(value, Math.floorMod((int) exponent, stride) == 0 ? unit.text(value) : ""));
        }
        return ticks;
    }
}
