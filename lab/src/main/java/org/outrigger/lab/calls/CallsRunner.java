package org.outrigger.lab.calls;

import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.batch.Progress;

/** Whoever measures calls. */
public interface CallsRunner {
    /**
     * Measures.
     *
     * @throws ArmFailedException when an arm cannot be started or ends; no process is left then, nor otherwise
     */
    CallsReport run(CallsRequest request, Progress progress) throws ArmFailedException;

    /** Ends a measurement that another thread has under way: it then returns what it has. */
    void stop();
}
