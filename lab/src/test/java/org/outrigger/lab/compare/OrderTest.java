package org.outrigger.lab.compare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderTest {

    @Test
    void twoArms() {
        assertArrayEquals(new int[] {0, 1}, Order.of(0, 2));
        assertArrayEquals(new int[] {1, 0}, Order.of(1, 2));
        assertArrayEquals(new int[] {1, 0}, Order.of(2, 2));
        assertArrayEquals(new int[] {0, 1}, Order.of(3, 2));
    }

    /** In twice as many rounds as there are arms each has each place twice, and is before each other as often as after it. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5})
    void nobodyIsFavoured(int arms) {
        int[][] places = new int[arms][arms];
        int[][] before = new int[arms][arms];
        for (int round = 0; round < 2 * arms; round++) {
            int[] order = Order.of(round, arms);
            assertArrayEquals(IntStream.range(0, arms).toArray(), IntStream.of(order).sorted().toArray());
            for (int turn = 0; turn < arms; turn++) {
                places[order[turn]][turn]++;
                for (int later = turn + 1; later < arms; later++) {
                    before[order[turn]][order[later]]++;
                }
            }
        }
        for (int one = 0; one < arms; one++) {
            for (int other = 0; other < arms; other++) {
                assertEquals(2, places[one][other]);
                assertEquals(one == other ? 0 : arms, before[one][other]);
            }
        }
    }
}
