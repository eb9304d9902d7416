package org.outrigger.systest;

import java.nio.charset.StandardCharsets;

/**
 * How one command ended.
 *
 * @param stdout   every byte written to standard output, also by children that outlived the command
 * @param stderr   standard error as UTF-8 text
 * @param status   exit status, {@code 128+n} after death by signal n
 * @param timedOut whether the command had to be killed because its time was up
 */
record Run(byte[] stdout, String stderr, int status, boolean timedOut) {

    /** Standard output as UTF-8 text. */
    String text() {
        return new String(stdout, StandardCharsets.UTF_8);
    }

    /** A short description for assertion messages. */
    String summary() {
        return "status " + status + (timedOut ? " (timed out)" : "") + "\n--- stdout\n" + shortened(text())
            + "\n--- stderr\n" + shortened(stderr);
    }

    private static String shortened(String text) {
        int most = 6000;
        return text.length() <= most ? text
            : text.substring(0, most / 2) + "\n[...]\n" + text.substring(text.length() - most / 2);
    }
}
