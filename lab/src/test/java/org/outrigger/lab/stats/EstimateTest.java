package org.outrigger.lab.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class EstimateTest {
    private static final int TRIALS = 400;
    private static final int ROUNDS = 12;

    @Test
    void valuesWithoutSpreadGiveAnIntervalWithoutWidth() {
        assertEquals(new Estimate(0.5, 0.5, 0.5), Estimate.ofRatio(new Sample(10, 10, 10), new Sample(20, 20, 20)));
        assertEquals(new Estimate(-10, -10, -10), Estimate.ofDifference(new Sample(10, 10, 10), new Sample(20, 20, 20)));
    }

    @Test
    void theIntervalHoldsTheFigureAndIsTheSameEachTime() {
        Sample left = new Sample(10, 12, 9, 11, 14, 10);
        Sample right = new Sample(5, 6, 4, 5, 5, 7);
        Estimate ratio = Estimate.ofRatio(left, right);
        assertEquals(10.5 / 5, ratio.value());
        assertTrue(ratio.low() <= ratio.value() && ratio.value() <= ratio.high(), ratio::toString);
        assertTrue(ratio.low() < ratio.high(), ratio::toString);
        assertEquals(ratio, Estimate.ofRatio(left, right));
    }

    /**
     * Samples drawn from distributions whose medians are known: the interval holds the true ratio about as often as it says.
     * With 12 rounds the bootstrap of a median is known to be somewhat cautious; what must not be is that it is too narrow.
     */
    @Test
    void theIntervalHoldsTheTrueRatioAsOftenAsItSays() {
        Random random = new Random(1);
        int equal = 0;
        int triple = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            Sample one = drawn(random, 100);
            equal += holds(Estimate.ofRatio(drawn(random, 100), one), 1);
            triple += holds(Estimate.ofRatio(drawn(random, 300), one), 3);
        }
        assertTrue(equal >= 0.93 * TRIALS, "equal arms are told apart in " + (TRIALS - equal) + " of " + TRIALS);
        assertTrue(triple >= 0.93 * TRIALS, "the true ratio is missed in " + (TRIALS - triple) + " of " + TRIALS);
    }

    /** A difference that is well above the noise is seen, unless the few wild values happen to be many. */
    @Test
    void aTrueDifferenceIsTold() {
        Random random = new Random(2);
        int seen = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            seen += Estimate.ofRatio(drawn(random, 150), drawn(random, 100)).low() > 1 ? 1 : 0;
        }
        assertTrue(seen >= 0.95 * TRIALS, "missed in " + (TRIALS - seen) + " of " + TRIALS);
    }

    private static int holds(Estimate estimate, double truth) {
        return estimate.low() <= truth && truth <= estimate.high() ? 1 : 0;
    }

    /** Times as they are: a floor, a little noise above it, now and then something long. */
    private static Sample drawn(Random random, double median) {
        double[] values = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            values[i] = median * (1 + 0.02 * random.nextGaussian()) * (random.nextInt(20) == 0 ? 3 : 1);
        }
        return new Sample(values);
    }
}
