package org.outrigger.lab.inject;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pattern of noise: on each core, so often for so long. Source: Ferreira, Bridges, Brightwell, "Characterizing application
 * sensitivity to OS interference using kernel-level noise injection", SC'08.
 *
 * @param frequency detours a second on each core, above 0
 * @param duration  nanoseconds of one
 * @param phase     nanoseconds from the common beginning to the first one
 * @param stagger   whether the cores take turns, evenly over the period, rather than all at once
 */
public record Injection(double frequency, long duration, long phase, boolean stagger) {
    private static final double SECOND_NS = 1e9;
    /** Beyond this a program does not run beside noise, but noise beside a program; Linux would throttle it at 95 %. */
    private static final double MOST = 0.5;
    private static final double MOST_FREQUENCY = 20_000;
    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)([a-z]*)");
    private static final String STAGGER = "stagger";

    /**
     * Reads {@code FREQUENCY,DURATION[,PHASE]}: {@code 100,250us}, {@code 10Hz,2500us,stagger}, {@code 1kHz,25us,100us}. A number
     * without a unit is in Hz or microseconds.
     *
     * @throws IllegalArgumentException with what is wrong, for the user
     */
    public static Injection parse(String text) {
        String[] words = text.split(",", -1);
        if (words.length < 2 || words.length > 3) {
            throw new IllegalArgumentException("'" + text + "' is not FREQUENCY,DURATION[,PHASE], as in 100,250us");
        }
        double frequency = frequency(words[0]);
        double duration = time(words[1]);
        boolean stagger = words.length == 3 && words[2].equals(STAGGER);
        double phase = words.length < 3 || stagger ? 0 : time(words[2]);
        if (frequency * duration / SECOND_NS > MOST) {
            throw new IllegalArgumentException(String.format(Locale.ROOT,
                    "'%s' takes %.0f %% of a core: at most %.0f %% can be injected", text, frequency * duration / SECOND_NS * 100,
                    MOST * 100));
        }
        return new Injection(frequency, Math.round(duration), Math.round(phase), stagger);
    }

    private static double frequency(String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text.toLowerCase(Locale.ROOT));
        if (matcher.matches()) {
            double factor = switch (matcher.group(2)) {
                case "", "hz" -> 1;
                case "khz" -> 1000;
                default -> 0;
            };
            double frequency = Double.parseDouble(matcher.group(1)) * factor;
            if (frequency > 0 && frequency <= MOST_FREQUENCY) {
                return frequency;
            }
        }
        throw new IllegalArgumentException("'" + text + "' is no frequency above 0 and up to 20kHz");
    }

    private static double time(String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text.toLowerCase(Locale.ROOT));
        if (matcher.matches()) {
            double factor = switch (matcher.group(2)) {
                case "ns" -> 1;
                case "", "us" -> 1e3;
                case "ms" -> 1e6;
                case "s" -> SECOND_NS;
                default -> 0;
            };
            double time = Double.parseDouble(matcher.group(1)) * factor;
            if (factor > 0 && time >= 1) {
                return time;
            }
        }
        throw new IllegalArgumentException("'" + text + "' is no time above 0, such as 250us");
    }

    /** Nanoseconds from one detour to the next. */
    public long period() {
        return Math.round(SECOND_NS / frequency);
    }

    /** The part of each core that it takes, 0 to 1. */
    public double part() {
        return (double) duration / period();
    }

    /** The pattern in words. */
    public String text() {
        return String.format(Locale.ROOT, "%s Hz x %s us (%.2f %%)%s", shortest(frequency), shortest(duration / 1e3),
                part() * 100, stagger ? ", cores in turn" : phase > 0 ? ", from " + shortest(phase / 1e3) + " us on" : "");
    }

    private static String shortest(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
