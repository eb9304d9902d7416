package org.outrigger.kernel.boot;

/** Runs jobs. */
public interface JobRunner {

    /**
     * Runs a job to its end and reports its own failures on standard error.
     *
     * @return the exit status for the JVM: the program's own, 128+n after death by signal n, 125 when the job could not be
     *     started; with ranks the highest of them
     */
    int run(JobRequest request);
}
