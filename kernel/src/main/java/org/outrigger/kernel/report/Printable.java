package org.outrigger.kernel.report;

import java.util.List;
import java.util.stream.Collectors;

/** Text of foreign origin made fit for a terminal: what a program calls itself must not move the cursor. */
final class Printable {

    private static final String PLAIN = "@%+=:,./-_";

    private Printable() { }

    /** The text with each control character, line ends too, written as a backslash and its code. */
    static String text(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            int kind = Character.getType(c);
            if (kind == Character.CONTROL || kind == Character.SURROGATE || kind == Character.FORMAT
                    || kind == Character.LINE_SEPARATOR || kind == Character.PARAGRAPH_SEPARATOR) {
                out.append("\\x").append(c < 16 ? "0" : "").append(Integer.toHexString(c));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }

    /** The words as a shell would take them. */
    static String command(List<String> words) {
        return words.stream().map(Printable::word).collect(Collectors.joining(" "));
    }

    private static String word(String word) {
        boolean plain = !word.isEmpty() && word.chars().allMatch(
                c -> c < 128 && (Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0));
        return plain ? word : text("'" + word.replace("'", "'\\''") + "'");
    }
}
