package org.outrigger.lab.calls;

import org.outrigger.lab.arms.ArmFailedException;

/** Whoever measures calls. */
public interface CallsRunner {

    /** Hears how far the measurement is. */
    interface Progress {
        /**
         * Something begins.
         *
         * @param round  the round, counted from 1; 0 while arms are started and warmed up
         * @param rounds how many there will be
         * @param what   the row
         */
        void at(int round, int rounds, String what);
    }

    /**
     * Measures.
     *
     * @throws ArmFailedException when an arm cannot be started or ends; no process is left then, nor otherwise
     */
    CallsReport run(CallsRequest request, Progress progress) throws ArmFailedException;

    /** Ends a measurement that another thread has under way: it then returns what it has. */
    void stop();
}
