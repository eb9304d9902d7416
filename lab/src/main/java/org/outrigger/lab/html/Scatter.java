package org.outrigger.lab.html;

import java.util.List;

/**
 * Dots of one arm, such as the time of each quantum over the time at which it began (B. Gerofi et al., IPDPS 2016, figure 5).
 * Where several values would fall on one dot, one is drawn: the picture is that of all values, its extremes among them.
 *
 * @param title  what it shows
 * @param arm    whose values they are
 * @param across the horizontal axis
 * @param up     the vertical axis
 * @param strips the values, a run at a time; where one begins, a line is drawn
 */
public record Scatter(String title, String arm, Axis across, Axis up, List<Strip> strips) implements Chart {
    /** Size of the cells of which each holds one dot at most, in pixels. */
    private static final double CELL = 1.5;
    /** Dots of a column at most; of more, the outermost and others evenly between them. */
    private static final int COLUMN = 40;

    /**
     * The values of a run.
     *
     * @param from where the run begins on the horizontal axis
     * @param x    places after that, in any order
     * @param y    values, as many
     */
    public record Strip(double from, double[] x, double[] y) {
        /** Checks that there are as many places as values. */
        public Strip {
            if (x.length != y.length) {
                throw new IllegalArgumentException(x.length + " places of " + y.length + " values");
            }
        }
    }

    public Scatter {
        strips = List.copyOf(strips);
    }

    @Override
    public List<String> arms() {
        return List.of();
    }

    @Override
    public int height(int width) {
        return Math.max(200, width * 24 / 50);
    }

    @Override
    public void draw(Markup svg, Palette palette, int width, int height) {
        Frame frame = new Frame(svg, across, up, width, height, 0);
        frame.draw();
        boolean[][] taken = new boolean[(int) (width / CELL) + 1][(int) (height / CELL) + 1];
        double last = across.low();
        for (Strip strip : strips) {
            if (strip.from() > last) {
                last = strip.from();
                frame.line("part", frame.x(last), frame.top(), frame.x(last), frame.bottom());
            }
            for (int i = 0; i < strip.x().length; i++) {
                taken[(int) (frame.x(strip.from() + strip.x()[i]) / CELL)][(int) Math.rint(frame.y(strip.y()[i]) / CELL)] = true;
            }
        }
        StringBuilder path = new StringBuilder();
        for (int column = 0; column < taken.length; column++) {
            dots(path, column, taken[column]);
        }
        svg.shape("path", "class", "dots " + palette.style(arm), "d", path.toString());
    }

    private static void dots(StringBuilder path, int column, boolean[] taken) {
        int count = 0;
        for (boolean one : taken) {
            count += one ? 1 : 0;
        }
        int seen = 0;
        int drawn = 0;
        for (int row = 0; row < taken.length; row++) {
            if (!taken[row]) {
                continue;
            }
            seen++;
            // The first, the last, and COLUMN - 2 of those between.
            if (count <= COLUMN || seen == count || (long) (seen - 1) * (COLUMN - 1) / (count - 1) >= drawn) {
                drawn++;
                path.append('M').append(Markup.at((column + 0.5) * CELL)).append(' ').append(Markup.at(row * CELL)).append("h0");
            }
        }
    }
}
