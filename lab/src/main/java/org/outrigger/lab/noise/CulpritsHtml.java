package org.outrigger.lab.noise;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.outrigger.lab.attribution.Attribution;
import org.outrigger.lab.attribution.Culprit;
import org.outrigger.lab.attribution.Share;
import org.outrigger.lab.html.Block;
import org.outrigger.lab.html.Unit;

/** Who took the time, as tables of a page, with what can be done about each. */
final class CulpritsHtml {
    private static final int MOST = 5;
    private static final int MOST_COUNTERS = 5;
    private static final double PERCENT = 100;
    private static final double NANO = 1e9;

    private CulpritsHtml() {
    }

    static List<Block> blocks(List<Culprits> all) {
        if (all.isEmpty()) {
            return List.of();
        }
        List<List<String>> rows = new ArrayList<>();
        List<Block> notes = new ArrayList<>();
        Map<Culprit, String> mends = new LinkedHashMap<>();
        for (Culprits one : all) {
            rows(rows, mends, one);
            notes(notes, one);
        }
        List<Block> blocks = new ArrayList<>();
        blocks.add(new Block.Table("Who took the time of detours above 1 \u00b5s: in one more run each, with the selfish loop",
                List.of("load", "arm", "culprit", "detours", "time", "longest", "of the noise", "of all time"), rows));
        blocks.addAll(notes);
        if (!mends.isEmpty()) {
            blocks.add(new Block.Table("What mends it", List.of("culprit", "mend"),
                    mends.entrySet().stream().map(mend -> List.of(CulpritsText.name(mend.getKey()), mend.getValue())).toList()));
        }
        return blocks;
    }

    private static void rows(List<List<String>> rows, Map<Culprit, String> mends, Culprits one) {
        Attribution found = one.attribution();
        for (Share share : found.shares().stream().limit(MOST).toList()) {
            rows.add(List.of(one.load().label(), one.arm().label(), CulpritsText.name(share.culprit()),
                    Unit.PLAIN.text(share.detours()),
                    Unit.NANOSECONDS.text(share.nanoseconds()), Unit.NANOSECONDS.text(share.longest()),
                    Unit.PERCENT.text(share.nanoseconds() / found.nanoseconds() * PERCENT),
                    Unit.PERCENT.text(share.nanoseconds() / NANO / found.seconds() * PERCENT)));
            mends.putIfAbsent(share.culprit(), share.culprit().mend());
        }
    }

    private static void notes(List<Block> notes, Culprits one) {
        Attribution found = one.attribution();
        String who = one.arm() + ", load " + one.load() + ": ";
        if (found.shares().isEmpty() && !found.counters().isEmpty()) {
            notes.add(new Block.Paragraph(who + "counted meanwhile: " + found.counters().stream().limit(MOST_COUNTERS)
                    .map(counter -> counter.name() + " " + counter.count()).collect(Collectors.joining("; "))));
        }
        found.notes().forEach(note -> notes.add(new Block.Paragraph(who + note)));
        if (found.lost() > 0) {
            notes.add(new Block.Paragraph(who + found.lost() + " events had no room: the beginning is not explained"));
        }
    }
}
