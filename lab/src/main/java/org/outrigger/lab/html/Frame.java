package org.outrigger.lab.html;

import java.util.List;

/** The rectangle that a chart's marks lie in, with its axes. Pixels count from the upper left corner of the SVG element. */
final class Frame {
    /** Room that a letter of an axis takes, about. */
    static final double LETTER = 6.4;

    private static final int TOP = 10;
    private static final int BOTTOM = 44;
    private static final int LEFT = 24;
    private static final int RIGHT = 14;
    private static final int TICK_LENGTH = 4;
    private static final int PIXELS_PER_MARK_ACROSS = 66;
    private static final int PIXELS_PER_MARK_DOWN = 36;

    private final Markup svg;
    private final Axis across;
    private final Axis up;
    private final double left;
    private final double right;
    private final double top;
    private final double bottom;
    private final List<Axis.Tick> marksUp;

    /**
     * A frame in an element of a size.
     *
     * @param rightLabels room in pixels for what stands to the right of the frame
     */
    Frame(Markup svg, Axis across, Axis up, int width, int height, double rightLabels) {
        this(svg, across, up, width, height, rightLabels, up.ticks((height - TOP - BOTTOM) / PIXELS_PER_MARK_DOWN));
    }

    /** A frame with these marks at its left. */
    Frame(Markup svg, Axis across, Axis up, int width, int height, double rightLabels, List<Axis.Tick> marksUp) {
        this.svg = svg;
        this.across = across;
        this.up = up;
        this.marksUp = marksUp;
        double longest = marksUp.stream().mapToDouble(tick -> tick.text().length()).max().orElse(0);
        this.left = LEFT + longest * LETTER + TICK_LENGTH + 2;
        this.right = width - RIGHT - rightLabels;
        this.top = TOP;
        this.bottom = height - BOTTOM;
    }

    double left() {
        return left;
    }

    double right() {
        return right;
    }

    double top() {
        return top;
    }

    double bottom() {
        return bottom;
    }

    /** Where a value of the horizontal axis lies. */
    double x(double value) {
        return left + across.place(value) * (right - left);
    }

    /** Where a value of the vertical axis lies; one beyond an end lies at that end. */
    double y(double value) {
        return bottom - up.place(value) * (bottom - top);
    }

    /** Draws the frame, the grid and both axes. */
    void draw() {
        vertical();
        for (Axis.Tick tick : across.ticks((int) Math.max(2, (right - left) / PIXELS_PER_MARK_ACROSS))) {
            grid(x(tick.value()), top, x(tick.value()), bottom, tick.text().isEmpty());
            text(x(tick.value()), bottom + 17, "middle", "tick", tick.text());
        }
        title(across.title());
    }

    /** Draws the frame and the vertical axis alone. */
    void vertical() {
        svg.shape("rect", "class", "frame", "x", Markup.at(left), "y", Markup.at(top), "width", Markup.at(right - left),
                "height", Markup.at(bottom - top));
        for (Axis.Tick tick : marksUp) {
            grid(left, y(tick.value()), right, y(tick.value()), tick.text().isEmpty());
            text(left - TICK_LENGTH - 2, y(tick.value()) + 4, "end", "tick", tick.text());
        }
        String middle = Markup.at((top + bottom) / 2);
        svg.leaf("text", up.title(), "class", "axis", "text-anchor", "middle", "transform",
                "translate(13 " + middle + ") rotate(-90)");
    }

    /** The title of the horizontal axis. */
    void title(String title) {
        text((left + right) / 2, bottom + 37, "middle", "axis", title);
    }

    void text(double x, double y, String anchor, String style, String text) {
        if (!text.isEmpty()) {
            svg.leaf("text", text, "class", style, "text-anchor", anchor, "x", Markup.at(x), "y", Markup.at(y));
        }
    }

    void line(String style, double fromX, double fromY, double toX, double toY) {
        svg.shape("line", "class", style, "x1", Markup.at(fromX), "y1", Markup.at(fromY), "x2", Markup.at(toX), "y2",
                Markup.at(toY));
    }

    private void grid(double fromX, double fromY, double toX, double toY, boolean minor) {
        line(minor ? "minor" : "grid", fromX, fromY, toX, toY);
    }
}
