package org.outrigger.lab.html;

import java.util.ArrayList;
import java.util.List;

/**
 * Figures with their confidence intervals, one below the other, beside a line that means "the same".
 *
 * @param title     what it shows
 * @param across    the axis of the figures
 * @param reference where the line stands
 * @param threshold how much has to differ to count, as a part of the reference; so wide is a band about the line, where it is
 *            above 0
 * @param rows      the figures
 */
public record Intervals(String title, Axis across, double reference, double threshold, List<Row> rows) implements Chart {
    private static final int ROW = 26;
    private static final int AROUND = 62;
    private static final double MOST_OF_WIDTH = 0.4;

    /**
     * A figure.
     *
     * @param label what it is of
     * @param arm   whose colour it has
     * @param value the figure
     * @param low   lower end of its interval
     * @param high  upper end of its interval
     * @param word  what it comes to, in a word or two
     */
    public record Row(String label, String arm, double value, double low, double high, String word) {
    }

    public Intervals {
        rows = List.copyOf(rows);
    }

    @Override
    public List<String> arms() {
        return List.of();
    }

    @Override
    public int height(int width) {
        return rows.size() * ROW + AROUND;
    }

    @Override
    public void draw(Markup svg, Palette palette, int width, int height) {
        double words = rows.stream().mapToInt(row -> row.word().length()).max().orElse(0) * Frame.LETTER + 12;
        int most = (int) (width * MOST_OF_WIDTH / Frame.LETTER);
        List<Axis.Tick> labels = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            String label = rows.get(i).label();
            labels.add(new Axis.Tick(rows.size() - i - 0.5,
                    label.length() <= most ? label : label.substring(0, most - 1) + "\u2026"));
        }
        Frame frame = new Frame(svg, across, new Axis("", Unit.PLAIN, Axis.Scale.LINEAR, 0, rows.size()), width, height, words,
                labels);
        frame.draw();
        if (threshold > 0) {
            double from = frame.x(reference / (1 + threshold));
            svg.shape("rect", "class", "band", "x", Markup.at(from), "y", Markup.at(frame.top()),
                    "width", Markup.at(frame.x(reference * (1 + threshold)) - from), "height",
                    Markup.at(frame.bottom() - frame.top()));
        }
        frame.line("reference", frame.x(reference), frame.top(), frame.x(reference), frame.bottom());
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            double y = frame.y(rows.size() - i - 0.5);
            svg.open("g", "class", palette.style(row.arm()));
            svg.leaf("title", row.label() + ": " + across.unit().text(row.value()) + " (" + across.unit().text(row.low()) + " to "
                    + across.unit().text(row.high()) + ")");
            double low = Math.max(frame.x(row.low()), frame.left());
            double high = Math.min(frame.x(row.high()), frame.right());
            frame.line("interval", low, y, high, y);
            if (low > frame.left() && low < high) {
                frame.line("interval", low, y - 5, low, y + 5);
            }
            if (high < frame.right() && low < high) {
                frame.line("interval", high, y - 5, high, y + 5);
            }
            svg.shape("circle", "class", "solid", "cx", Markup.at(frame.x(row.value())), "cy", Markup.at(y), "r", "4.5");
            svg.close();
            frame.text(frame.right() + 8, y + 4, "start", "value", row.word());
        }
    }
}
