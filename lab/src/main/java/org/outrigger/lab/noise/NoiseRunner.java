package org.outrigger.lab.noise;

import org.outrigger.lab.arms.ArmFailedException;

/** Whoever measures noise. */
public interface NoiseRunner {

    /** Hears how far the measurement is. */
    interface Progress {
        /**
         * A run begins.
         *
         * @param done  how many runs are done
         * @param runs  how many there will be
         * @param what  the arm and the load
         */
        void at(int done, int runs, String what);
    }

    /**
     * Measures.
     *
     * @throws ArmFailedException when an arm or a load cannot be started or ends; nothing is left of it then, nor otherwise
     */
    NoiseReport run(NoiseRequest request, Progress progress) throws ArmFailedException;

    /** Ends a measurement that another thread has under way: it then returns what it has. */
    void stop();
}
