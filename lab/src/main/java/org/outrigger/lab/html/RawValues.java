package org.outrigger.lab.html;

import java.io.IOException;
import java.io.Writer;
import java.nio.CharBuffer;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Measured values as JSON inside a page: {@code {"schema":1,"series":[{"name","unit","count","bucket","values"}, ...]}}. With a
 * {@code bucket} of 1 all values are there, in their order. Where that would be too much, a series is folded: of each run of
 * {@code bucket} values the smallest and the largest are there, one after the other.
 *
 * @param most   how many values may stand in the page
 * @param series the measured series
 */
public record RawValues(int most, List<Series> series) {
    /** Values that a page holds unless told otherwise: about 4 MB of them. */
    public static final int MOST = 600_000;

    private static final int SCHEMA = 1;
    /** Below this, a number without a fraction is written as one. */
    private static final double WHOLE = 1e15;

    /**
     * A measured series.
     *
     * @param name   arm, load, core and the like
     * @param unit   of the values
     * @param step   to which values are rounded, one part of 1 such as 0.1; 0 for not at all
     * @param values in the order of measurement
     */
    public record Series(String name, String unit, double step, double[] values) {
    }

    public RawValues {
        series = List.copyOf(series);
    }

    /** How many values there are in all. */
    long count() {
        return series.stream().mapToLong(one -> one.values().length).sum();
    }

    /** How many values of a series one bucket folds: the same for all, so that series stay comparable. */
    int bucket() {
        long count = count();
        return count <= most ? 1 : (int) Math.ceil(2.0 * count / most);
    }

    /** Writes the JSON so that it may stand in a script element. */
    void write(Markup page) {
        int bucket = bucket();
        try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), new Harmless(page))) {
            json.writeStartObject();
            json.writeNumberProperty("schema", SCHEMA);
            json.writeArrayPropertyStart("series");
            for (Series one : series) {
                json.writeStartObject();
                json.writeStringProperty("name", one.name());
                json.writeStringProperty("unit", one.unit());
                json.writeNumberProperty("count", one.values().length);
                json.writeNumberProperty("bucket", bucket);
                json.writeArrayPropertyStart("values");
                write(json, one, bucket);
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void write(JsonGenerator json, Series series, int bucket) {
        double[] values = series.values();
        for (int from = 0; from < values.length; from += bucket) {
            double least = values[from];
            double most = least;
            for (int i = from + 1; i < Math.min(values.length, from + bucket); i++) {
                least = Math.min(least, values[i]);
                most = Math.max(most, values[i]);
            }
            write(json, least, series.step());
            if (bucket > 1) {
                write(json, most, series.step());
            }
        }
    }

    private static void write(JsonGenerator json, double value, double step) {
        double rounded = step == 0 ? value : Math.rint(value / step) / Math.rint(1 / step);
        if (!Double.isFinite(value)) {
            json.writeNull();
        } else if (rounded == Math.rint(rounded) && Math.abs(rounded) < WHOLE) {
            json.writeNumber((long) rounded);
        } else {
            json.writeNumber(rounded);
        }
    }

    /** Writes what could end a script element as JSON's own escapes. Such characters are found in strings alone. */
    private static final class Harmless extends Writer {
        private final Markup page;

        Harmless(Markup page) {
            this.page = page;
        }

        @Override
        public void write(char[] text, int from, int length) throws IOException {
            int plain = from;
            for (int i = from; i < from + length; i++) {
                char c = text[i];
                if (c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029') {
                    page.raw(CharBuffer.wrap(text, plain, i - plain)).raw(String.format("\\u%04x", (int) c));
                    plain = i + 1;
                }
            }
            page.raw(CharBuffer.wrap(text, plain, from + length - plain));
        }

        @Override
        public void flush() {
            // The page's writer is flushed by its owner.
        }

        @Override
        public void close() {
            // As above.
        }
    }
}
