package org.outrigger.lab.stats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SampleTest {

    @Test
    void figuresOfAnOddNumberOfValues() {
        Sample sample = new Sample(5, 1, 100, 2, 4);
        assertEquals(4, sample.median());
        assertEquals(2, sample.deviation(), "of the distances 1, 3, 96, 2, 0");
        assertEquals(1, sample.min());
        assertEquals(100, sample.max());
        assertArrayEquals(new double[] {5, 1, 100, 2, 4}, sample.values(), "in the order of measurement");
    }

    @Test
    void figuresOfAnEvenNumberOfValues() {
        Sample sample = new Sample(1, 2, 4, 8);
        assertEquals(3, sample.median());
        assertEquals(1.5, sample.deviation(), "of the distances 2, 1, 1, 5");
    }

    @Test
    void oneValueHasNoSpread() {
        assertEquals(7, new Sample(7).median());
        assertEquals(0, new Sample(7).deviation());
    }

    @Test
    void oneWildValueMovesNothing() {
        assertEquals(new Sample(10, 11, 12).median(), new Sample(10, 11, 1e9).median());
    }

    @Test
    void nothingIsNoSample() {
        assertThrows(IllegalArgumentException.class, Sample::new);
        assertThrows(IllegalArgumentException.class, () -> new Sample(1, Double.NaN));
    }

    /** As R's {@code quantile} and NumPy's {@code percentile} answer. */
    @Test
    void quantiles() {
        Sample sample = new Sample(15, 20, 35, 40, 50);
        assertEquals(15, sample.quantile(0));
        assertEquals(50, sample.quantile(1));
        assertEquals(29, sample.quantile(0.4), 1e-9);
        assertEquals(46, sample.quantile(0.9), 1e-9);
        assertEquals(sample.median(), sample.quantile(0.5));
        assertThrows(IllegalArgumentException.class, () -> sample.quantile(1.01));
        Sample many = new Sample(IntStream.rangeClosed(0, 10_000).asDoubleStream().toArray());
        assertEquals(9999, many.quantile(0.9999), 1e-6);
        assertTrue(many.reaches(0.9999));
        assertFalse(sample.reaches(0.99));
        assertFalse(new Sample(new double[9999]).reaches(0.9999));
    }

    @Test
    void variation() {
        Sample sample = new Sample(2, 4, 4, 4, 5, 5, 7, 9);
        assertEquals(5, sample.mean());
        assertEquals(3.5, sample.variation());
        assertEquals(Math.sqrt(32.0 / 7) / 5, sample.coefficient(), 1e-12);
        assertEquals(0, new Sample(3).coefficient());
        assertEquals(0, new Sample(3).variation());
    }
}
