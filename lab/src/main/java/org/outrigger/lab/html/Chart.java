package org.outrigger.lab.html;

import java.util.List;

/** A picture of figures. Its axes are given, so that charts that are to be compared can have the same. */
public sealed interface Chart permits Scatter, Distribution, Bars, Lines, Intervals {
    /** What it shows, in a few words; stands above it and is what a screen reader says. */
    String title();

    /** The arms in it, in their order; empty for the arms that stand at its axis anyway. */
    List<String> arms();

    /** How high it is when it is so wide, in pixels. */
    int height(int width);

    /** Draws it, as the content of an SVG element of that size. */
    void draw(Markup svg, Palette palette, int width, int height);
}
