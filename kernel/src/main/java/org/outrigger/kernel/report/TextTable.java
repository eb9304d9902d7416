package org.outrigger.kernel.report;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells that are printed below each other, each column as wide as its widest cell. */
final class TextTable {

    private static final String INDENT = "  ";
    private static final String GAP = "  ";

    private final String alignment;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * An empty table.
     *
     * @param alignment one character per column: {@code <} to the left, {@code >} to the right
     */
    TextTable(String alignment) {
        this.alignment = alignment;
    }

    TextTable row(String... cells) {
        if (cells.length != alignment.length()) {
            throw new IllegalArgumentException(cells.length + " cells for " + alignment.length() + " columns");
        }
        rows.add(List.of(cells));
        return this;
    }

    /** Appends the rows as indented lines without trailing blanks. */
    void appendTo(StringBuilder out) {
        int[] widths = new int[alignment.length()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(INDENT);
            for (int i = 0; i < widths.length; i++) {
                String blanks = " ".repeat(widths[i] - row.get(i).length());
                line.append(i == 0 ? "" : GAP);
                line.append(alignment.charAt(i) == '>' ? blanks + row.get(i) : row.get(i) + blanks);
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
    }
}
