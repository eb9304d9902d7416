package org.outrigger.lab.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SignedRankTest {
    /** The depression scale factors of Hollander, Wolfe and Chicken, table 3.1, with the answers of sections 3.2 and 3.3. */
    @Test
    void aTextbookExample() {
        double[] before = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
        double[] after = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
        double[] differences = new double[before.length];
        for (int i = 0; i < before.length; i++) {
            differences[i] = after[i] - before[i];
        }
        Estimate found = SignedRank.interval(differences, 0.95).orElseThrow();
        assertEquals(-0.46, found.value(), 1e-9);
        assertEquals(-0.786, found.low(), 1e-9);
        assertEquals(-0.010, found.high(), 1e-9);
    }

    /** The critical values of the tables: 5 % on both sides together. */
    @Test
    void theTables() {
        // The lower end is the (c + 1)th smallest mean; of 1, 2, 4, 8, ... each mean is another, so it tells c.
        int[][] tables = {{6, 0}, {7, 2}, {8, 3}, {9, 5}, {10, 8}, {15, 25}, {20, 52}, {25, 89}, {30, 137}};
        for (int[] line : tables) {
            double[] values = new double[line[0]];
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.scalb(1, i);
            }
            double[] means = new double[values.length * (values.length + 1) / 2];
            int next = 0;
            for (int i = 0; i < values.length; i++) {
                for (int j = i; j < values.length; j++) {
                    means[next++] = (values[i] + values[j]) / 2;
                }
            }
            Arrays.sort(means);
            assertEquals(means[line[1]], SignedRank.interval(values, 0.95).orElseThrow().low(), line[0] + " differences");
        }
    }

    @Test
    void howManyAreNeeded() {
        assertEquals(6, SignedRank.needed(0.95));
        assertEquals(8, SignedRank.needed(0.99));
        assertEquals(6, SignedRank.needed(1 - 2.0 / 64));
        assertEquals(7, SignedRank.needed(Comparison.each(0.95, 3)));
        assertEquals(Optional.empty(), SignedRank.interval(new double[] {1, 1, 1, 1, 1}, 0.95));
        assertThrows(IllegalArgumentException.class, () -> SignedRank.needed(1));
        assertThrows(IllegalArgumentException.class, () -> SignedRank.location(new double[0]));
    }

    /** Where the exact distribution gives way to the normal one, the interval does not jump. */
    @Test
    void manyDifferences() {
        Random random = new Random(1);
        double[] all = random.doubles(101, 0, 1).toArray();
        Estimate exact = SignedRank.interval(Arrays.copyOf(all, 100), 0.95).orElseThrow();
        Estimate normal = SignedRank.interval(all, 0.95).orElseThrow();
        assertEquals(exact.high() - exact.low(), normal.high() - normal.low(), 0.005);
        Estimate more = SignedRank.interval(random.doubles(1000, 0, 1).toArray(), 0.95).orElseThrow();
        assertTrue(more.low() > 0.45 && more.high() < 0.55 && more.low() < 0.5 && more.high() > 0.5, more::toString);
    }
}
