package org.outrigger.kernel.boot;

import org.outrigger.kernel.report.JobReport;
import org.outrigger.kernel.report.ReportException;
import org.outrigger.kernel.report.ReportFile;
import org.outrigger.kernel.report.ReportText;
import org.outrigger.kernel.triage.TriageTable;

/** Runs jobs on the LWK; the launcher that started this JVM owns the program's processes. */
public final class LwkRunner implements JobRunner {
    private static final int LAUNCHER_ERROR = 125;

    private final TriageTable table;
    private final String version;

    /**
     * @param table   the triage table, overrides applied
     * @param version of this build, for the report
     */
    public LwkRunner(TriageTable table, String version) {
        this.table = table;
        this.version = version;
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
        return request.measure() && !report(job) ? Math.max(job.exitStatus(), LAUNCHER_ERROR) : job.exitStatus();
    }

    private boolean report(Job job) {
        JobReport report = new ReportBuilder(job, table, version).build();
        if (job.request().report().isEmpty()) {
            System.err.print(ReportText.render(report));
            System.err.flush();
            return true;
        }
        try {
            ReportFile.at(job.request().report().get()).write(report);
            return true;
        } catch (ReportException failed) {
            System.err.println("outrigger: " + failed.getMessage());
            return false;
        }
    }
}
