package org.outrigger.lab.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PoolTest {

    /** What a pool says of rounds drawn anew is what sorting the drawn values says. */
    @Test
    void quantilesOfDraws() {
        Random random = new Random(5);
        List<double[]> rounds = IntStream.of(50, 1, 33).mapToObj(size -> random.doubles(size).toArray()).toList();
        Pool pool = new Pool(rounds);
        for (int[] drawn : new int[][] {{1, 1, 1}, {0, 3, 0}, {2, 0, 1}, {0, 1, 2}}) {
            double[] all = IntStream.range(0, 3).boxed().flatMap(round -> IntStream.range(0, drawn[round]).boxed()
                    .flatMap(copy -> Arrays.stream(rounds.get(round)).boxed())).mapToDouble(Double::doubleValue)
                    .sorted().toArray();
            for (double part : new double[] {0.5, 0.9, 0.99, 0.999}) {
                int rank = (int) Math.ceil(part * all.length - 1e-9);
                assertEquals(all[rank - 1], pool.quantile(part, drawn), part + " of " + Arrays.toString(drawn));
            }
            assertEquals(all[0], pool.min(drawn));
            assertEquals(Arrays.stream(all).average().orElseThrow(), pool.mean(drawn), 1e-12);
        }
    }

    @Test
    void howFarItReaches() {
        Pool pool = new Pool(List.of(new double[500], new double[500]));
        assertTrue(pool.reaches(0.999));
        assertFalse(pool.reaches(0.9999));
        assertEquals(0, new Pool(List.of()).size());
    }
}
