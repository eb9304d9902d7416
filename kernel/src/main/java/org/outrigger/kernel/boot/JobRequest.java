package org.outrigger.kernel.boot;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Pace;
import org.outrigger.kernel.memory.MemoryPlan;
import org.outrigger.kernel.memory.PoolShare;

/**
 * One job as the user asked for it, checked as far as that can be done before it runs.
 *
 * @param command           the program word and its arguments as the user wrote them, at least one; shown to people only, since
 *                          the bytes that the program gets are those of the launcher's own argument vector
 * @param argIndex          where the program word stands in the launcher's arguments, from 0, the launcher's name not counted
 * @param program           the file to execute, found as a shell finds it, written as {@code execve} gets it: a name
 *                          with a slash is the program word itself, not made tidy, since a script sees it as its {@code $0}
 * @param lwkCores          CPU numbers of the LWK cores, ascending, at least one
 * @param linuxCores        CPU numbers of the Linux cores, ascending, at least one
 * @param sharedCore        the LWK and Linux have the same single CPU, so nobody may spin
 * @param ranks             how many processes to start, 1 or more
 * @param ranksGiven        whether the user asked for ranks: then the rank variables are set even for one
 * @param label             whether to prefix the lines of the ranks' output
 * @param kernelLoops       how many kernel loops there may be, 1 to {@link #MOST_LOOPS}
 * @param loopPriority      the priority that these try to get
 * @param realTime          whether the program's threads are to run in real time (SCHED_FIFO), where that is permitted
 * @param memory            what memory the job gets
 * @param intercept         how system calls are intercepted
 * @param triage            a file that overrides lines of the triage table
 * @param report            where the report goes; empty for standard error. Means nothing without {@code measure}
 * @param measure           whether to measure and report at all
 * @param verbosity         0 for silence; each step tells more on standard error
 * @param plainLinuxReasons why parts of the command run on plain Linux, one sentence each, beginning with the file's path;
 *                          already told to the user
 * @param seat              the job's place in a partition; empty where it has none
 * @param heldBack          huge pages of Linux's pools that belong to partitions, and that a job without a seat leaves alone
 */
public record JobRequest(
        List<String> command,
        int argIndex,
        String program,
        int[] lwkCores,
        int[] linuxCores,
        boolean sharedCore,
        int ranks,
        boolean ranksGiven,
        boolean label,
        int kernelLoops,
        Pace.Priority loopPriority,
        boolean realTime,
        MemoryPlan memory,
        Intercept intercept,
        Optional<Path> triage,
        Optional<Path> report,
        boolean measure,
        int verbosity,
        List<String> plainLinuxReasons,
        Optional<Seat> seat,
        List<PoolShare> heldBack) {

    /** The most kernel loops that a job can have. */
    public static final int MOST_LOOPS = (int) Layout.LOOPS;

    /** Copies what could change and refuses what no caller may ask. */
    public JobRequest {
        command = List.copyOf(command);
        lwkCores = lwkCores.clone();
        linuxCores = linuxCores.clone();
        plainLinuxReasons = List.copyOf(plainLinuxReasons);
        heldBack = List.copyOf(heldBack);
        memory = seat.isPresent() && seat.get().thpDisabled() ? memory.withoutTransparent() : memory;
        if (command.isEmpty() || argIndex < 0 || lwkCores.length == 0 || linuxCores.length == 0 || ranks < 1
                || kernelLoops < 1 || kernelLoops > MOST_LOOPS) {
            throw new IllegalArgumentException("a job needs a program, LWK cores, Linux cores, a rank and a kernel loop");
        }
    }

    /** A job without a seat, on a node without partitions. */
    public JobRequest(List<String> command, int argIndex, String program, int[] lwkCores, int[] linuxCores, boolean sharedCore,
                      int ranks, boolean ranksGiven, boolean label, int kernelLoops, Pace.Priority loopPriority,
                      boolean realTime, MemoryPlan memory, Intercept intercept, Optional<Path> triage, Optional<Path> report,
                      boolean measure, int verbosity, List<String> plainLinuxReasons) {
        this(command, argIndex, program, lwkCores, linuxCores, sharedCore, ranks, ranksGiven, label, kernelLoops, loopPriority,
                realTime, memory, intercept, triage, report, measure, verbosity, plainLinuxReasons, Optional.empty(), List.of());
    }

    /** The same job in a partition. */
    public JobRequest seated(Seat its) {
        return with(Optional.of(its), heldBack);
    }

    /** The same job on a node where these huge pages belong to partitions. */
    public JobRequest leaving(List<PoolShare> pages) {
        return with(seat, pages);
    }

    private JobRequest with(Optional<Seat> itsSeat, List<PoolShare> pages) {
        return new JobRequest(command, argIndex, program, lwkCores, linuxCores, sharedCore, ranks, ranksGiven, label, kernelLoops,
                loopPriority, realTime, memory, intercept, triage, report, measure, verbosity, plainLinuxReasons, itsSeat, pages);
    }

    /** Whether the report is JSON rather than text. */
    public boolean jsonReport() {
        return report.isPresent() && report.get().toString().endsWith(".json");
    }

    /** Whether there are more ranks than LWK cores, so that some share a core. */
    public boolean coresOversubscribed() {
        return ranks > lwkCores.length;
    }

    /**
     * The LWK cores of one rank: contiguous shares that differ by at most one core in size; with more ranks than cores, one
     * core each, dealt round robin.
     *
     * @param rank from 0 to {@link #ranks} exclusive
     * @return CPU numbers, ascending, at least one
     */
    public int[] coresOfRank(int rank) {
        if (rank < 0 || rank >= ranks) {
            throw new IndexOutOfBoundsException("rank " + rank + " of " + ranks);
        }
        return share(lwkCores, ranks, rank);
    }

    /** {@link #coresOfRank} for a job that is not put together yet. */
    public static int[] share(int[] cores, int ranks, int rank) {
        if (ranks > cores.length) {
            return new int[] {cores[rank % cores.length]};
        }
        int from = (int) ((long) rank * cores.length / ranks);
        int to = (int) ((rank + 1L) * cores.length / ranks);
        return Arrays.copyOfRange(cores, from, to);
    }
}
