package org.outrigger.lab.html;

import java.util.List;

/** A part of a section. */
public sealed interface Block {
    /**
     * A paragraph.
     *
     * @param text plain text
     */
    record Paragraph(String text) implements Block {
    }

    /** How a finding is marked. The word of the finding says the same, so nothing hangs on the colour. */
    enum Tone {
        /** Better than what it is compared with. */
        GOOD,
        /** Worse than what it is compared with. */
        BAD,
        /** No difference, or nothing to compare. */
        EVEN
    }

    /**
     * What came out, in a sentence.
     *
     * @param word     the verdict in a word or two
     * @param tone     how it is marked
     * @param sentence the whole of it
     */
    record Finding(String word, Tone tone, String sentence) implements Block {
    }

    /**
     * A table.
     *
     * @param caption what is in it; empty for none
     * @param heads   the names of the columns
     * @param rows    cells, as many in each row as there are columns
     */
    record Table(String caption, List<String> heads, List<List<String>> rows) implements Block {
        /** Checks that every row has a cell for each column. */
        public Table {
            heads = List.copyOf(heads);
            rows = rows.stream().map(List::copyOf).toList();
            for (List<String> row : rows) {
                if (row.size() != heads.size()) {
                    throw new IllegalArgumentException(caption + ": a row of " + row.size() + " cells under " + heads.size());
                }
            }
        }
    }

    /**
     * Charts that belong together, side by side.
     *
     * @param caption how they are to be read
     * @param columns how many stand in a row on a wide page, 1 or 2
     * @param charts  the charts
     */
    record Figure(String caption, int columns, List<? extends Chart> charts) implements Block {
        public Figure {
            charts = List.copyOf(charts);
        }
    }

    /**
     * A block that is closed until it is asked for, and open in print.
     *
     * @param summary what is in it
     * @param block   the block
     */
    record Folded(String summary, Block block) implements Block {
    }

    /**
     * The figures that the report was made of, inside the page, for programs.
     *
     * @param values all series
     */
    record Raw(RawValues values) implements Block {
    }
}
