package org.outrigger.lab.memory;

import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.batch.Progress;

/** Whoever measures memory. */
public interface MemoryRunner {
    /**
     * Measures.
     *
     * @throws ArmFailedException when an arm cannot be started or ends, or memory is lacking; no process is left then, nor
     * otherwise
     */
    MemoryReport run(MemoryRequest request, Progress progress) throws ArmFailedException;

    /** Ends a measurement that another thread has under way: it then returns what it has. */
    void stop();
}
