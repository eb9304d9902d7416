package org.outrigger.lab.memory;

import static org.outrigger.lab.batch.Cells.ahead;
import static org.outrigger.lab.batch.Cells.padded;

import java.util.List;
import java.util.Locale;
import org.outrigger.lab.stats.Sample;

/** The time of a load over the size of what is chased through, as bars: where the TLB's entries run out there is a step. */
final class ChasePicture {
    private static final int WIDTH = 60;
    private static final int WIDTH_NAME = 17;
    private static final int WIDTH_ARM = 11;
    private static final int WIDTH_TIME = 7;

    private ChasePicture() {
    }

    /** The picture; empty when nothing was chased. */
    static String draw(MemoryReport report) {
        List<MemoryFigures> rows = report.rows().stream().filter(row -> row.row().chase()).toList();
        double longest = rows.stream().flatMap(row -> report.arms().stream().flatMap(arm -> row.batches(arm).stream()))
                .mapToDouble(Sample::median).max().orElse(0);
        if (longest == 0) {
            return "";
        }
        StringBuilder text = new StringBuilder("\nA load of one line in each page, in random order: ns\n");
        for (MemoryFigures row : rows) {
            String name = row.row().what();
            for (MemoryArm arm : report.arms()) {
                double time = row.batches(arm).map(Sample::median).orElse(0.0);
                if (time > 0) {
                    text.append(padded(name, WIDTH_NAME)).append(padded(arm.key(), WIDTH_ARM))
                            .append(ahead(String.format(Locale.ROOT, "%.2f", time), WIDTH_TIME)).append(" |")
                            .append("#".repeat((int) Math.max(1, Math.round(time / longest * WIDTH)))).append('\n');
                    name = "";
                }
            }
        }
        return text.toString();
    }
}
