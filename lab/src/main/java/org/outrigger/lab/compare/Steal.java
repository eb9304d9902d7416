package org.outrigger.lab.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * How much of the CPUs' time a hypervisor has taken, {@code /proc/stat} of proc(5).
 *
 * @param stolen ticks
 * @param all    ticks of all kinds
 */
record Steal(long stolen, long all) {
    private static final Path STAT = Path.of("/proc/stat");
    private static final int FIELD = 8;
    /** Below it nobody need know. */
    private static final double LEAST_PERCENT = 0.1;

    static Steal now() {
        try (var lines = Files.lines(STAT)) {
            return of(lines.findFirst().orElse(""));
        } catch (IOException hidden) {
            return new Steal(0, 0);
        }
    }

    /** The line {@code cpu user nice system idle iowait irq softirq steal guest guest_nice}; guests are in user and nice. */
    static Steal of(String line) {
        String[] words = line.trim().split(" +");
        long all = 0;
        for (int i = 1; i <= FIELD && i < words.length; i++) {
            all += Long.parseLong(words[i]);
        }
        return new Steal(words.length > FIELD ? Long.parseLong(words[FIELD]) : 0, all);
    }

    /** A sentence, when it is worth one. */
    Optional<String> note() {
        Steal now = now();
        double percent = 100.0 * (now.stolen - stolen) / Math.max(1, now.all - all);
        return percent < LEAST_PERCENT ? Optional.empty()
                : Optional.of(String.format(Locale.ROOT, "The hypervisor took %.1f %% of the CPUs' time.", percent));
    }
}
