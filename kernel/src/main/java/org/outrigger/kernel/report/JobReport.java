package org.outrigger.kernel.report;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Everything that is told about one job after its end.
 *
 * @param job         the job as a whole
 * @param calls       one row per system call and way of interception; rows that never counted may be present
 * @param sites       places in code from which calls were trapped
 * @param sitesMissed trapped calls whose place was not counted
 * @param processes   the processes that ran on the LWK, in the order of their start
 * @param memory      what the LWK's memory management did
 * @param limit       what the job was given of memory and who had it; empty where there was no limit
 * @param leftToLinux the processes that ran, wholly or from some moment on, under plain Linux
 * @param notes       anything else the user should know, one sentence each
 */
public record JobReport(JobFacts job, List<CallRow> calls, List<SiteRow> sites, long sitesMissed, List<ProcessRow> processes,
        MemoryFacts memory, Optional<MemoryLimit> limit, List<LeftToLinux> leftToLinux, List<String> notes) {

    /** Stands for a number that was not measured, in the components that say so. */
    public static final long UNKNOWN = -1;

    /** Refuses nulls and copies the lists. */
    public JobReport {
        Objects.requireNonNull(job, "job");
        Objects.requireNonNull(memory, "memory");
        Objects.requireNonNull(limit, "limit");
        calls = List.copyOf(calls);
        sites = List.copyOf(sites);
        processes = List.copyOf(processes);
        leftToLinux = List.copyOf(leftToLinux);
        notes = List.copyOf(notes);
    }
}
