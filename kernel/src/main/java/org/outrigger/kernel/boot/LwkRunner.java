package org.outrigger.kernel.boot;

import org.outrigger.kernel.triage.TriageTable;

/** Runs jobs on the LWK; the launcher that started this JVM owns the program's processes. */
public final class LwkRunner implements JobRunner {
    private static final int LAUNCHER_ERROR = 125;

    private final TriageTable table;

    /** @param table the triage table, overrides applied */
    public LwkRunner(TriageTable table) {
        this.table = table;
    }

    @Override
    public int run(JobRequest request) {
        String descriptor = System.getenv(ControlSocket.VARIABLE);
        if (descriptor == null) {
            System.err.println("outrigger: programs are started through the outrigger script, which brings the launcher");
            return LAUNCHER_ERROR;
        }
        Job job = new Job(request, table, Integer.parseInt(descriptor));
        job.run();
        return job.exitStatus();
    }
}
