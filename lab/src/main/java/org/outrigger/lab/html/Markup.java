package org.outrigger.lab.html;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * Writes HTML and SVG elements one after the other. Every text and every value of an attribute is escaped here, so that nobody
 * else has to think of it. Not for several threads.
 */
final class Markup {
    private static final double TENTHS = 10;

    private final Appendable out;
    private final Deque<String> open = new ArrayDeque<>();

    Markup(Appendable out) {
        this.out = out;
    }

    /** Begins an element; its attributes are names and values by turns. A value that is empty leaves its attribute out. */
    Markup open(String tag, String... attributes) {
        start(tag, attributes);
        raw(">");
        open.push(tag);
        return this;
    }

    /** Ends the element that was begun last. */
    Markup close() {
        return raw("</" + open.pop() + ">");
    }

    /** An element of HTML that has no end tag. */
    Markup empty(String tag, String... attributes) {
        start(tag, attributes);
        return raw(">");
    }

    /** An element of SVG without content. */
    Markup shape(String tag, String... attributes) {
        start(tag, attributes);
        return raw("/>");
    }

    /** An element that holds a text alone. */
    Markup leaf(String tag, String text, String... attributes) {
        return open(tag, attributes).text(text).close();
    }

    /** A text between the tags. */
    Markup text(String text) {
        return raw(escaped(text));
    }

    Markup line() {
        return raw("\n");
    }

    /** What needs no escaping, or has had it. */
    Markup raw(CharSequence text) {
        try {
            out.append(text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return this;
    }

    private void start(String tag, String... attributes) {
        raw("<").raw(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            if (!attributes[i + 1].isEmpty()) {
                raw(" ").raw(attributes[i]).raw("=\"").raw(escaped(attributes[i + 1])).raw("\"");
            }
        }
    }

    /**
     * A text as it may stand between tags or in quotes. Characters that no XML may hold are shown as the replacement character.
     */
    static String escaped(String text) {
        StringBuilder safe = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            String instead = switch (c) {
                case '<' -> "&lt;";
                case '>' -> "&gt;";
                case '&' -> "&amp;";
                case '"' -> "&quot;";
                case '\'' -> "&#39;";
                default -> c < ' ' && c != '\n' && c != '\t' || c == '\u007f' ? "\ufffd" : null;
            };
            if (instead != null && safe == null) {
                safe = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (safe != null) {
                if (instead == null) {
                    safe.append(c);
                } else {
                    safe.append(instead);
                }
            }
        }
        return safe == null ? text : safe.toString();
    }

    /** A coordinate, to a tenth of a pixel. */
    static String at(double coordinate) {
        double rounded = Math.rint(coordinate * TENTHS) / TENTHS;
        return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : String.format(Locale.ROOT, "%.1f", rounded);
    }
}
