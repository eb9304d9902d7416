package org.outrigger.lab.compare;

/**
 * Who runs when in a round. The order turns by one place every second round, and each second round goes backwards: every arm has
 * every place as often as the others, follows others rather than one, and what drifts in time favours none.
 */
final class Order {
    private Order() {
    }

    /**
     * The arms of a round.
     *
     * @param round counted from 0
     * @param arms  how many there are
     */
    static int[] of(int round, int arms) {
        int[] order = new int[arms];
        for (int turn = 0; turn < arms; turn++) {
            int place = round % 2 == 0 ? turn : arms - 1 - turn;
            order[turn] = (place + round / 2) % arms;
        }
        return order;
    }
}
