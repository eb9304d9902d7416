package org.outrigger.kernel.report;

import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * One process that ran on the LWK. Times count from the start of the job.
 *
 * @param pid              process id
 * @param parentPid        process id of the parent
 * @param command          the command line as one text, such as {@code /proc/PID/cmdline} gives it
 * @param startNanoseconds when the LWK took it
 * @param endNanoseconds   when it ended; empty if it outlived the job or nobody saw
 * @param end              how it ended
 * @param threads          its threads in the order of their start
 * @param minorFaults      page faults without input or output, from {@code /proc/PID/stat}; {@link JobReport#UNKNOWN} if not
 *                         sampled
 * @param majorFaults      page faults that needed input, likewise
 */
public record ProcessRow(long pid, long parentPid, String command, long startNanoseconds, OptionalLong endNanoseconds,
        ProcessEnd end, List<ThreadRow> threads, long minorFaults, long majorFaults) {

    public ProcessRow {
        Objects.requireNonNull(command, "command");
        Objects.requireNonNull(endNanoseconds, "endNanoseconds");
        Objects.requireNonNull(end, "end");
        threads = List.copyOf(threads);
    }
}
