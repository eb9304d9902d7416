package org.outrigger.kernel.memory;

/** Where the main stack of a new image is, until it has been populated. */
public final class MainStack {
    private long start;
    private long end;

    /**
     * Enters what is known when the image begins.
     *
     * @param pointer the stack pointer that the program begins with
     * @param limit   where Linux's mapping of the stack ends
     */
    public void set(long pointer, long limit) {
        start = pointer;
        end = limit;
    }

    /** Whether it is known, and has not been taken. */
    boolean known() {
        return start != 0;
    }

    /** The stack pointer that the program began with, once. */
    long take() {
        long taken = start;
        start = 0;
        return taken;
    }

    /** Where Linux's mapping ends. */
    long end() {
        return end;
    }
}
