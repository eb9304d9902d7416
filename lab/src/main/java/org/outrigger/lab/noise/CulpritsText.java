package org.outrigger.lab.noise;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.outrigger.lab.attribution.Attribution;
import org.outrigger.lab.attribution.Culprit;
import org.outrigger.lab.attribution.Share;

/** Who took the time, as a table for people, with what can be done about each. */
final class CulpritsText {
    private static final int MOST = 6;
    private static final int MOST_COUNTERS = 5;
    private static final double PERCENT = 100;
    private static final double NANO = 1e9;
    private static final String ROW = "  %-34s %9s %10s %10s  %s%n";

    private CulpritsText() {
    }

    static void append(StringBuilder text, List<Culprits> all) {
        if (all.isEmpty()) {
            return;
        }
        text.append("\nWho took the time of detours above 1 us (one more run each, with the selfish loop)\n");
        Map<Culprit, String> mends = new LinkedHashMap<>();
        for (Culprits one : all) {
            Attribution found = one.attribution();
            text.append(String.format(Locale.ROOT, "%s, load %s: %d detours, %.3f %% of the time%s%n", one.arm(), one.load(),
                    found.detours(), found.nanoseconds() / NANO / found.seconds() * PERCENT,
                    found.stolen() > 0 ? ", steal " + NoiseText.time(found.stolen()) : ""));
            rows(text, found, mends);
            found.notes().forEach(note -> text.append("  note: ").append(note).append('\n'));
            if (found.lost() > 0) {
                text.append("  note: ").append(found.lost()).append(" events had no room: the beginning is not explained\n");
            }
        }
        if (!mends.isEmpty()) {
            text.append("What mends it\n");
            mends.forEach((culprit, mend) -> text.append(String.format("  %-34s %s%n", name(culprit), mend)));
        }
    }

    private static void rows(StringBuilder text, Attribution found, Map<Culprit, String> mends) {
        if (found.shares().isEmpty() && !found.counters().isEmpty()) {
            text.append("  counted meanwhile: ").append(found.counters().stream().limit(MOST_COUNTERS)
                    .map(one -> one.name() + " " + one.count()).collect(Collectors.joining("; "))).append('\n');
        }
        if (!found.shares().isEmpty()) {
            text.append(String.format(ROW, "culprit", "detours", "time", "longest", "of the noise"));
        }
        for (Share share : found.shares().stream().limit(MOST).toList()) {
            text.append(String.format(ROW, name(share.culprit()), share.detours(), NoiseText.time(share.nanoseconds()),
                    NoiseText.time(share.longest()),
                    String.format(Locale.ROOT, "%.1f %%", share.nanoseconds() / found.nanoseconds() * PERCENT)));
            mends.putIfAbsent(share.culprit(), share.culprit().mend());
        }
    }

    /** The name of a culprit with its kind. */
    static String name(Culprit culprit) {
        return culprit.kind() == Culprit.Kind.UNKNOWN ? culprit.name() : culprit.kind().key() + " " + culprit.name();
    }
}
