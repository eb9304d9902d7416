package org.outrigger.node.check;

import java.util.Locale;

/**
 * One thing about the node that matters for noise.
 *
 * @param subject what was looked at, a stable name of lower-case letters and hyphens
 * @param level   how it is
 * @param found   what there is, in a few words
 * @param reason  why it matters
 * @param mend    the command, or the boot parameter, that makes it better; empty where nothing is to be done
 */
public record Finding(String subject, Level level, String found, String reason, String mend) {
    /** How something is. */
    public enum Level {
        /** As it should be. */
        GOOD,
        /** Could be better; costs little. */
        ADVICE,
        /** Disturbs programs on the LWK cores. */
        NOISE,
        /** Cannot be found out. */
        UNKNOWN;

        /** The name in text and JSON. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding good(String subject, String found, String reason) {
        return new Finding(subject, Level.GOOD, found, reason, "");
    }

    static Finding advice(String subject, String found, String reason, String mend) {
        return new Finding(subject, Level.ADVICE, found, reason, mend);
    }

    static Finding noise(String subject, String found, String reason, String mend) {
        return new Finding(subject, Level.NOISE, found, reason, mend);
    }

    static Finding unknown(String subject, String found, String reason) {
        return new Finding(subject, Level.UNKNOWN, found, reason, "");
    }
}
