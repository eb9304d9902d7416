package org.outrigger.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SpreadTest {

    @Test
    void theOrderDoesNotMatter() {
        assertEquals(new Spread(3, 1, 9), Spread.of(9, 1, 3));
    }

    @Test
    void anEvenNumberHasItsMedianBetweenTheMiddleTwo() {
        assertEquals(new Spread(2.5, 1, 9), Spread.of(9, 1, 3, 2));
    }

    @Test
    void oneMeasurementIsAllThree() {
        assertEquals(new Spread(7, 7, 7), Spread.of(7));
    }

    @Test
    void noneIsRefused() {
        assertThrows(IllegalArgumentException.class, Spread::of);
    }
}
