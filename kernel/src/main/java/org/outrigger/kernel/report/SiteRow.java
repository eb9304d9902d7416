package org.outrigger.kernel.report;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * A place in code from which calls were trapped.
 *
 * @param mapping        what is mapped there: the path of a file, or a word in brackets
 * @param offset         of the {@code syscall} in the file; its address where that is in none
 * @param function       the function that contains it; empty where it is not known
 * @param functionOffset bytes from the function's start
 * @param number         number of the call
 * @param name           its name
 * @param count          how many calls were trapped
 * @param why            why they did not come through a patched site, as a phrase
 */
public record SiteRow(String mapping, long offset, String function, long functionOffset, int number, String name, long count,
        String why) {

    public SiteRow {
        Objects.requireNonNull(mapping, "mapping");
        Objects.requireNonNull(function, "function");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(why, "why");
    }

    /** The rows with the most calls first; those of equal count by place and number. */
    static List<SiteRow> sorted(List<SiteRow> rows) {
        return rows.stream().sorted(Comparator.comparingLong(SiteRow::count).reversed().thenComparing(SiteRow::mapping)
                .thenComparingLong(SiteRow::offset).thenComparingInt(SiteRow::number)).toList();
    }
}
