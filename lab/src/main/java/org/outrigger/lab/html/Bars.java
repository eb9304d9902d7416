package org.outrigger.lab.html;

import java.util.List;
import java.util.Optional;

/**
 * A bar for each arm in each group, with a line for its variation or interval (B. Gerofi et al., IPDPS 2016, figures 7 to 9).
 *
 * @param title  what it shows
 * @param groups the groups from left to right, such as loads
 * @param grouping what the groups are
 * @param up     the axis of the values
 * @param arms   the arms in each group, from left to right
 * @param bars   for each group the bars of its arms; empty for what was not measured
 */
public record Bars(String title, String grouping, List<String> groups, Axis up, List<String> arms, List<List<Optional<Bar>>> bars)
        implements Chart {
    /** From this ratio of the highest to the lowest bar on, an axis is logarithmic. */
    private static final double WIDE = 30;
    private static final double GAP = 0.28;
    private static final double LEAST = 1.5;
    private static final double WIDEST = 64;
    private static final double LETTER = 6;
    private static final double WHISKER = 5;

    /**
     * A bar.
     *
     * @param value its height
     * @param low   lower end of its line
     * @param high  upper end of its line
     */
    public record Bar(double value, double low, double high) {
        /** A bar without a line. */
        public static Bar of(double value) {
            return new Bar(value, value, value);
        }
    }

    public Bars {
        groups = List.copyOf(groups);
        arms = List.copyOf(arms);
        bars = bars.stream().map(List::copyOf).toList();
    }

    /** An axis that fits bars: from 0, or logarithmic when their heights lie too far apart for that. */
    public static Axis axis(String label, Unit unit, List<List<Optional<Bar>>> bars) {
        double smallest = Double.MAX_VALUE;
        double largest = 0;
        for (List<Optional<Bar>> group : bars) {
            for (Optional<Bar> bar : group) {
                if (bar.isPresent()) {
                    smallest = bar.get().value() > 0 ? Math.min(smallest, bar.get().value()) : smallest;
                    largest = Math.max(largest, bar.get().high());
                }
            }
        }
        return largest / smallest > WIDE ? new Axis(label + ", logarithmic", unit, Axis.Scale.LOG, smallest / 3, largest * 1.6)
                : Axis.fromZero(label, unit, largest * 1.06);
    }

    @Override
    public int height(int width) {
        return Math.max(240, width * 34 / 100);
    }

    @Override
    public void draw(Markup svg, Palette palette, int width, int height) {
        Frame frame = new Frame(svg, new Axis(grouping, Unit.PLAIN, Axis.Scale.LINEAR, 0, groups.size()), up, width, height, 0);
        frame.vertical();
        frame.title(grouping);
        double room = (frame.right() - frame.left()) / groups.size();
        double bar = Math.min(WIDEST, room * (1 - GAP) / Math.max(1, arms.size()));
        for (int group = 0; group < groups.size(); group++) {
            double middle = frame.left() + room * (group + 0.5);
            frame.text(middle, frame.bottom() + 17, "middle", "tick", fitting(groups.get(group), room));
            for (int arm = 0; arm < arms.size(); arm++) {
                double from = middle + (arm - arms.size() / 2.0) * bar;
                Optional<Bar> drawn = bars.get(group).get(arm);
                if (drawn.isPresent()) {
                    draw(svg, frame, palette.style(arms.get(arm)), groups.get(group) + ", " + arms.get(arm), drawn.get(), from,
                            bar);
                } else {
                    frame.text(from + bar / 2, frame.bottom() - 5, "middle", "value", "n/a");
                }
            }
        }
        frame.line("base", frame.left(), frame.bottom(), frame.right(), frame.bottom());
    }

    private void draw(Markup svg, Frame frame, String style, String name, Bar bar, double from, double width) {
        double top = Math.min(frame.y(bar.value()), frame.bottom() - LEAST); // a bar of nothing is seen, too
        svg.open("g", "class", style);
        svg.leaf("title", name + ": " + up.unit().text(bar.value())
                + (bar.low() < bar.high() ? " (" + up.unit().text(bar.low()) + " to " + up.unit().text(bar.high()) + ")" : ""));
        svg.shape("rect", "class", "bar", "x", Markup.at(from + 1.5), "y", Markup.at(top), "width", Markup.at(width - 3),
                "height", Markup.at(frame.bottom() - top));
        svg.close();
        double middle = from + width / 2;
        double end = top;
        if (bar.low() < bar.high()) {
            end = frame.y(bar.high());
            double start = Math.min(frame.y(bar.low()), frame.bottom());
            frame.line("whisker", middle, start, middle, end);
            frame.line("whisker", middle - WHISKER, start, middle + WHISKER, start);
            frame.line("whisker", middle - WHISKER, end, middle + WHISKER, end);
        }
        String value = up.unit().text(bar.value());
        if (value.length() * LETTER <= width) {
            frame.text(middle, end - 4, "middle", "value", value);
        }
    }

    private static String fitting(String name, double room) {
        int letters = (int) Math.max(3, room / Frame.LETTER);
        return name.length() <= letters ? name : name.substring(0, letters - 1) + "\u2026";
    }
}
