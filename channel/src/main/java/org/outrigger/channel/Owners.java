package org.outrigger.channel;

/**
 * Which receiver each slot belongs to; one instance for all receivers of a job. A slot has one owner at a time: the only receiver
 * that looks at it, answers it, and may give it away. Slots that nobody uses are receiver 0's.
 *
 * <p>Each element is written by the slot's owner alone. The next owner learns of its slot through what orders memory anyway: a
 * message of the former owner, or the reply after which the slot's thread rings another bell.
 */
public final class Owners {
    /** Number of the last request that was found. */
    final int[] seen;
    /** The receiver that the slot belongs to. */
    final int[] owner;
    /** The receiver that gets the slot with the next answer. */
    final int[] home;

    /** @param slots how many slots there are */
    public Owners(int slots) {
        seen = new int[slots];
        owner = new int[slots];
        home = new int[slots];
    }
}
