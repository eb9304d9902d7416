package org.outrigger.lab.html;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The distribution of each arm's values, drawn so that its tail can be read: for each value the share of values that reach it, on
 * a logarithmic axis (the complementary cumulative distribution). The right axis names the percentiles.
 *
 * @param title  what it shows
 * @param many   what the values are of, in the plural: {@code quanta}
 * @param across the axis of the values
 * @param deepest the smallest share that the axis shows, below 1
 * @param curves one for each arm
 */
public record Distribution(String title, String many, Axis across, double deepest, List<Curve> curves) implements Chart {
    private static final double MOVE = 0.4;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 99.999, 99.9999};

    /**
     * The distribution of an arm's values.
     *
     * @param arm    which
     * @param count  how many values it has
     * @param values some of them, ascending, from the smallest to the largest
     * @param shares for each the share of all values that reach it
     */
    public record Curve(String arm, int count, double[] values, double[] shares) {
        /** The farther from the end, the fewer values are kept: one for each such part of those beyond it. */
        private static final double PART = 0.005;

        /** The distribution of these values, thinned to what a chart can show; all of the tail are kept. */
        public static Curve of(String arm, double[] all) {
            double[] sorted = all.clone();
            Arrays.sort(sorted);
            double[] values = new double[sorted.length];
            double[] shares = new double[sorted.length];
            int kept = 0;
            for (int i = 0; i < sorted.length; i = Math.max(i + 1, i + (int) ((sorted.length - i) * PART))) {
                values[kept] = sorted[i];
                shares[kept++] = (double) (sorted.length - i) / sorted.length;
            }
            return new Curve(arm, sorted.length, Arrays.copyOf(values, kept), Arrays.copyOf(shares, kept));
        }
    }

    public Distribution {
        curves = List.copyOf(curves);
    }

    @Override
    public List<String> arms() {
        return curves.stream().map(Curve::arm).toList();
    }

    @Override
    public int height(int width) {
        return Math.max(260, width * 6 / 10);
    }

    @Override
    public void draw(Markup svg, Palette palette, int width, int height) {
        Axis up = new Axis(many + " that took as long or longer", Unit.PLAIN, Axis.Scale.LOG, deepest, 1);
        List<Axis.Tick> shares = new ArrayList<>();
        for (double share = 1; share >= deepest * 0.999; share /= 10) {
            shares.add(new Axis.Tick(share, share == 1 ? "all" : "1 in " + Unit.digits(Math.rint(1 / share))));
        }
        Frame frame = new Frame(svg, across, up, width, height, 54, shares);
        frame.draw();
        for (double percentile : PERCENTILES) {
            double share = 1 - percentile / 100;
            if (share >= deepest * 0.999) {
                frame.text(frame.right() + 6, frame.y(share) + 4, "start", "tick",
                        "p" + (percentile == Math.rint(percentile) ? Long.toString((long) percentile)
                        : Double.toString(percentile)));
                if (percentile == PERCENTILES[0]) {
                    frame.line("minor", frame.left(), frame.y(share), frame.right(), frame.y(share));
                }
            }
        }
        for (Curve curve : curves) {
            if (curve.count() > 0) {
                draw(svg, palette, frame, curve);
            }
        }
    }

    private static void draw(Markup svg, Palette palette, Frame frame, Curve curve) {
        double[] values = curve.values();
        StringBuilder path = new StringBuilder();
        double lastX = frame.x(values[0]);
        double lastY = frame.y(1);
        path.append('M').append(Markup.at(lastX)).append(' ').append(Markup.at(lastY));
        for (int i = 1; i < values.length; i++) {
            double x = frame.x(values[i]);
            double y = frame.y(curve.shares()[i]);
            if (i == values.length - 1 || Math.abs(x - lastX) >= MOVE || Math.abs(y - lastY) >= MOVE) {
                path.append('V').append(Markup.at(y)).append('H').append(Markup.at(x));
                lastX = x;
                lastY = y;
            }
        }
        String style = palette.style(curve.arm());
        svg.shape("path", "class", "curve " + style, "stroke-dasharray", palette.dashes(curve.arm()), "d", path.toString());
        svg.open("circle", "class", "point " + style, "cx", Markup.at(lastX), "cy", Markup.at(lastY), "r", "3.5")
                .leaf("title", curve.arm() + ": longest of " + Unit.digits(values.length)).close();
    }
}
