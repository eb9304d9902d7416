package org.outrigger.kernel.report;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * The job as a whole.
 *
 * @param version              version of Outrigger
 * @param command              the program and its arguments
 * @param start                wall-clock time at which the job began
 * @param wallNanoseconds      time from {@code start} to the end of the last rank
 * @param exitStatus           exit status of the job, 0 to 255: 128+n for death by signal n, the highest of the ranks
 * @param ranks                number of ranks, at least 1
 * @param lwkCores             the LWK cores, at the end, in Linux list syntax, such as {@code 1-3,8}
 * @param linuxCores           the Linux cores in the same syntax
 * @param intercept            how system calls were to be intercepted
 * @param kernelRelease        release of the Linux kernel, as {@code uname -r} prints it
 * @param lwkPid               process id of the LWK's JVM
 * @param lwkResidentPeakBytes peak resident memory of the LWK's JVM ({@code VmHWM}), or {@link JobReport#UNKNOWN}
 * @param kernelLoops          the kernel loops that polled channels, by number
 * @param realTimePriority     the real-time priority of the kernel loops, or why not all of them had one
 * @param lwkCoreShared        whether an LWK core was a Linux core too, as on a machine with one CPU
 * @param partition            name of the partition that the job had its seat in; empty for none
 * @param changes              what changed of the job while it ran, in order
 */
public record JobFacts(String version, List<String> command, Instant start, long wallNanoseconds, int exitStatus,
        int ranks, String lwkCores, String linuxCores, InterceptMode intercept, String kernelRelease, long lwkPid,
        long lwkResidentPeakBytes, List<LoopRow> kernelLoops, RealTimePriority realTimePriority, boolean lwkCoreShared,
        String partition, List<Change> changes) {

    /**
     * Something that the job had otherwise from some moment on.
     *
     * @param atNanoseconds when, counted from the job's {@code start}
     * @param what          what it had from then on, such as {@code cores 2-3}
     */
    public record Change(long atNanoseconds, String what) {
    }

    /** A job without a partition. */
    public JobFacts(String version, List<String> command, Instant start, long wallNanoseconds, int exitStatus,
            int ranks, String lwkCores, String linuxCores, InterceptMode intercept, String kernelRelease, long lwkPid,
            long lwkResidentPeakBytes, List<LoopRow> kernelLoops, RealTimePriority realTimePriority, boolean lwkCoreShared) {
        this(version, command, start, wallNanoseconds, exitStatus, ranks, lwkCores, linuxCores, intercept, kernelRelease, lwkPid,
                lwkResidentPeakBytes, kernelLoops, realTimePriority, lwkCoreShared, "", List.of());
    }

    /** Refuses nulls and copies the lists. */
    public JobFacts {
        Objects.requireNonNull(version, "version");
        command = List.copyOf(command);
        kernelLoops = List.copyOf(kernelLoops);
        changes = List.copyOf(changes);
        Objects.requireNonNull(partition, "partition");
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(lwkCores, "lwkCores");
        Objects.requireNonNull(linuxCores, "linuxCores");
        Objects.requireNonNull(intercept, "intercept");
        Objects.requireNonNull(kernelRelease, "kernelRelease");
        Objects.requireNonNull(realTimePriority, "realTimePriority");
    }
}
