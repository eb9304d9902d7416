package org.outrigger.lab.stats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
}
