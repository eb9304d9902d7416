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
 * @param x      places, ascending
 * @param y      values, as many
 */
public record Scatter(String title, String arm, Axis across, Axis up, double[] x, double[] y) implements Chart {
    /** Size of the cells of which each holds one dot at most, in pixels. */
    private static final double CELL = 1.5;
    /** Dots of a column at most; of more, the outermost and others evenly between them. */
    private static final int COLUMN = 40;

    public Scatter {
        if (x.length != y.length) {
            throw new IllegalArgumentException(title + ": " + x.length + " places of " + y.length + " values");
        }
    }

    @Override
    public List<String> arms() {
        return List.of();
    }

    @Override
    public int height(int width) {
        return Math.max(200, width * 23 / 50);
    }

    @Override
    public void draw(Markup svg, Palette palette, int width, int height) {
        Frame frame = new Frame(svg, across, up, width, height, 0);
        frame.draw();
        StringBuilder path = new StringBuilder();
        int rows = (int) (height / CELL) + 1;
        boolean[] taken = new boolean[rows];
        int column = Integer.MIN_VALUE;
        for (int i = 0; i < x.length; i++) {
            int cell = (int) (frame.x(x[i]) / CELL);
            if (cell != column) {
                dots(path, column, taken);
                column = cell;
            }
            taken[Math.clamp((int) Math.rint(frame.y(y[i]) / CELL), 0, rows - 1)] = true;
        }
        dots(path, column, taken);
        svg.shape("path", "class", "dots " + palette.style(arm), "d", path.toString());
    }

    /** Draws and forgets the dots of a column. */
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
            taken[row] = false;
            seen++;
            // The first, the last, and COLUMN - 2 of those between.
            if (count <= COLUMN || seen == count || (long) (seen - 1) * (COLUMN - 1) / (count - 1) >= drawn) {
                drawn++;
                path.append('M').append(Markup.at((column + 0.5) * CELL)).append(' ').append(Markup.at(row * CELL)).append("h0");
            }
        }
    }
}
