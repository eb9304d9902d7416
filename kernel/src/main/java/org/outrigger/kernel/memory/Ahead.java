package org.outrigger.kernel.memory;

/** Gives memory its pages before the program touches it, in the background. */
public interface Ahead {
    /** Nobody does. */
    Ahead NEVER = (pid, start) -> { };

    /**
     * Memory that follows what a process was just given is likely to be wanted next. Returns at once; nothing may come of it.
     *
     * @param start where it begins, in the arena window
     */
    void populate(int pid, long start);
}
