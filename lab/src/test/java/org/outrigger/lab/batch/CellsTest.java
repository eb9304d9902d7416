package org.outrigger.lab.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.outrigger.lab.stats.Estimate;

/** Figures for people, and what is told of the machine beside them. */
class CellsTest {
    @Test
    void ratiosAndTimes() {
        assertEquals("12.5x faster (10 to 20)", Cells.ratio(new Estimate(0.08, 0.05, 0.1)));
        assertEquals("1.5x (1.4 to 1.65)", Cells.ratio(new Estimate(1.5, 1.4, 1.65)));
        assertEquals("2x faster", Cells.ratio(new Estimate(0.5, 0.5, 0.5)), "one round");
        assertEquals("1x (0.99 to 1.01)", Cells.ratio(new Estimate(1, 0.99, 1.01)));
        assertEquals("9.99 ns", Cells.time(9.994));
        assertEquals("9999 ns", Cells.time(9999));
        assertEquals("12.3 us", Cells.time(12_345));
        assertEquals("12.3 ms", Cells.time(12_345_678));
        assertEquals("100 us", Cells.time(100_000));
    }

    @Test
    void whatTheMachineSaysOfItself() {
        assertEquals("madvise", Environment.chosen("always [madvise] never\n"));
        assertEquals("unknown", Environment.chosen("unknown"));
        assertEquals("A Model: 7", Environment.field("processor\t: 0\nmodel name\t: A Model: 7\n", "model name").orElseThrow());
    }
}
