package org.outrigger.lab.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Axes, their marks, and figures as people read them. */
class AxisTest {

    private static List<String> told(Axis axis, int wanted) {
        return axis.ticks(wanted).stream().map(Axis.Tick::text).filter(text -> !text.isEmpty()).toList();
    }

    @Test
    void aLinearAxisIsMarkedInRoundNumbersOfOneUnit() {
        Axis axis = Axis.fromZero("wall time", Unit.NANOSECONDS, 4_100_000);
        assertEquals("wall time (ms)", axis.title());
        assertEquals(List.of("0", "1", "2", "3", "4"), told(axis, 5));
        assertEquals(List.of("99.8", "100.0", "100.2"), told(new Axis("", Unit.PLAIN, Axis.Scale.LINEAR, 99.7, 100.3), 3));
    }

    @Test
    void aLogarithmicAxisIsMarkedInDecades() {
        Axis axis = Axis.around("time", Unit.NANOSECONDS, 71_000, 23_000_000);
        assertEquals(Axis.Scale.LOG, axis.scale());
        assertEquals("time", axis.title());
        assertEquals(List.of("100\u00a0\u00b5s", "1\u00a0ms", "10\u00a0ms"), told(axis, 5));
        assertEquals(List.of("1\u00d7", "2\u00d7", "5\u00d7", "10\u00d7"), told(new Axis("", Unit.TIMES, Axis.Scale.LOG, 0.9, 11),
                5));
        assertEquals(List.of("32\u00a0KiB", "1\u00a0MiB", "32\u00a0MiB"),
                told(new Axis("", Unit.BYTES, Axis.Scale.LOG, 1 << 14, 1 << 28), 3));
    }

    @Test
    void aValueBeyondAnEndLiesAtIt() {
        Axis axis = Axis.logarithmic("time", Unit.NANOSECONDS, 10, 1000);
        assertEquals(0, axis.place(0));
        assertEquals(0, axis.place(-5));
        assertEquals(1, axis.place(Double.POSITIVE_INFINITY));
        assertEquals(0.5, axis.place(100), 1e-9);
    }

    @Test
    void equalValuesHaveAnAxisToo() {
        for (double value : new double[] {0, 5, -5, 1e-9, 1e18}) {
            Axis axis = Axis.around("", Unit.PLAIN, value, value);
            assertEquals(0.5, axis.place(value), 1e-6);
            assertTrue(axis.ticks(4).size() >= 2, axis::toString);
        }
    }

    @Test
    void whatIsNoAxisIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Axis("", Unit.PLAIN, Axis.Scale.LINEAR, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Axis("", Unit.PLAIN, Axis.Scale.LINEAR, 0, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new Axis("", Unit.PLAIN, Axis.Scale.LOG, 0, 1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        NANOSECONDS | 0          | 0 ns
        NANOSECONDS | 999.4      | 999 ns
        NANOSECONDS | 1000       | 1 \u00b5s
        NANOSECONDS | 4106521    | 4.11 ms
        SECONDS     | 0.1354     | 135 ms
        BYTES       | 1572864    | 1.5 MiB
        PERCENT     | 24653.2    | 24,653 %
        TIMES       | 0.0351     | 0.0351\u00d7
        PLAIN       | -12.345    | -12.3
        PLAIN       | NaN        | \u2013
        """)
    void figures(Unit unit, double value, String text) {
        assertEquals(text, unit.text(value).replace('\u00a0', ' '));
    }
}
