package org.outrigger.kernel.task;

/**
 * The kernel loops, as the main loop sees them, which is number 0: what concerns an address space is done by the loop that the
 * space belongs to.
 */
public interface Loops {
    /** The loop for a new address space: the one with the fewest processes. */
    int choose();

    /** The loop has so many processes more. */
    void load(int loop, int processes);

    /** Has a loop do something; when that is done, the main loop goes on with {@code then}. At once where it is the main loop. */
    void at(int loop, Runnable action, Runnable then);

    /** Has a loop give all slots of these threads that it still has to the main loop, which then goes on. */
    void recall(int loop, Task[] threads, Runnable then);
}
