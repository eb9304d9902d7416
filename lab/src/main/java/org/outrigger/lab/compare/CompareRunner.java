package org.outrigger.lab.compare;

import org.outrigger.lab.arms.ArmFailedException;

/** Whoever compares. */
public interface CompareRunner {

    /** Hears how far the comparison is, and what the program says. */
    interface Progress {
        /**
         * A run begins.
         *
         * @param round the round, counted from 1; 0 for warm-ups and the counting of system calls
         * @param what  the arm, and the load where there is one
         */
        void at(int round, String what);

        /**
         * A run has ended, and its output is to be shown: the user wishes it, or the run has failed.
         *
         * @param heading what it was
         * @param output  what it wrote, at least the end of it
         */
        void output(String heading, String output);
    }

    /**
     * Compares.
     *
     * @throws ArmFailedException when an arm or a load cannot be set up; nothing of it is left then, nor otherwise
     */
    CompareReport run(CompareRequest request, Progress progress) throws ArmFailedException;

    /** Ends a comparison that another thread has under way: it then returns what it has. */
    void stop();
}
