package org.outrigger.node.partition;

/** A file that shows all its values, the one that it has in brackets: {@code always [madvise] never}. */
final class Choice {
    private Choice() {
    }

    /** The value that such a file has; of any other text, the text. */
    static String of(String text) {
        int open = text.indexOf('[');
        int close = text.indexOf(']');
        boolean whole = open >= 0 && close > open && (open == 0 || text.charAt(open - 1) == ' ')
                && (close == text.length() - 1 || text.charAt(close + 1) == ' ');
        return whole ? text.substring(open + 1, close) : text;
    }
}
