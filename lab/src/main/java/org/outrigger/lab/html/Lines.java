package org.outrigger.lab.html;

import java.util.List;

/**
 * Lines over a common axis: a figure by size, by duration, or run after run.
 *
 * @param title  what it shows
 * @param across the horizontal axis
 * @param up     the vertical axis
 * @param style  how the points of a line are joined
 * @param lines  one for each arm
 */
public record Lines(String title, Axis across, Axis up, Style style, List<Line> lines) implements Chart {
    /** How the points of a line are joined. */
    public enum Style {
        /** By straight lines, each point marked. */
        JOINED,
        /** Each point holds up to the next, as in a histogram; where there is nothing, the line falls to the axis. */
        STEPS
    }

    /**
     * The points of an arm, as many {@code x} as {@code y}. Points of y 0 lie on a logarithmic axis' lower end.
     *
     * @param arm which
     * @param x   places, ascending
     * @param y   values
     */
    public record Line(String arm, double[] x, double[] y) {
    }

    public Lines {
        lines = List.copyOf(lines);
    }

    @Override
    public List<String> arms() {
        return lines.stream().map(Line::arm).toList();
    }

    @Override
    public int height(int width) {
        return Math.max(240, width * 40 / 100);
    }

    @Override
    public void draw(Markup svg, Palette palette, int width, int height) {
        Frame frame = new Frame(svg, across, up, width, height, 0);
        frame.draw();
        for (Line line : lines) {
            String colour = palette.style(line.arm());
            StringBuilder path = new StringBuilder();
            for (int i = 0; i < line.x().length; i++) {
                double x = frame.x(line.x()[i]);
                double y = Math.min(frame.y(line.y()[i]), frame.bottom());
                if (style == Style.JOINED) {
                    path.append(i == 0 ? 'M' : 'L').append(Markup.at(x)).append(' ').append(Markup.at(y));
                } else {
                    path.append(i == 0 ? "M" + Markup.at(x) + " " + Markup.at(frame.bottom()) : "H" + Markup.at(x))
                            .append('V').append(Markup.at(y));
                }
            }
            svg.shape("path", "class", "curve " + colour, "stroke-dasharray", palette.dashes(line.arm()), "d", path.toString());
            for (int i = 0; style == Style.JOINED && i < line.x().length; i++) {
                svg.open("circle", "class", "point " + colour, "cx", Markup.at(frame.x(line.x()[i])),
                        "cy", Markup.at(frame.y(line.y()[i])), "r", "3")
                        .leaf("title", line.arm() + ", " + across.unit().text(line.x()[i]) + ": "
                        + up.unit().text(line.y()[i])).close();
            }
        }
    }
}
