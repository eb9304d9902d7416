package org.outrigger.kernel.report;

import java.util.List;
import java.util.Objects;

/**
 * What a job with a limit of memory was given, and who had it. What counts is what programs may write to, touched or not.
 *
 * @param bytes             what the job was given
 * @param usedBytes         what was in use when the report was made
 * @param peakBytes         the most that was in use at a time
 * @param keptBytes         free memory whose pages are kept, at the end
 * @param namedPeakBytes    the most at a time of what processes shared by name
 * @param refusals          calls that were refused for want of memory
 * @param largestRefusal    bytes that the largest of them asked for
 * @param largestRefusalPid the process that made it, 0 for none
 * @param ranks             the ranks, by number
 * @param holders           the processes, those first that had most at their peaks
 */
public record MemoryLimit(long bytes, long usedBytes, long peakBytes, long keptBytes, long namedPeakBytes, long refusals,
        long largestRefusal, long largestRefusalPid, List<Rank> ranks, List<Holder> holders) {

    /** Copies the lists. */
    public MemoryLimit {
        ranks = List.copyOf(ranks);
        holders = List.copyOf(holders);
    }

    /**
     * A rank: the process that was launched, and its descendants.
     *
     * @param guaranteeBytes what was set aside for it
     * @param usedBytes      what it had when the report was made
     * @param peakBytes      the most that it had at a time
     * @param keptBytes      of its free memory, what kept its pages at the end
     */
    public record Rank(long guaranteeBytes, long usedBytes, long peakBytes, long keptBytes) {
    }

    /**
     * The last image of a process, when it had most.
     *
     * @param pid         process id
     * @param command     as in {@link ProcessRow}
     * @param rank        its rank
     * @param usedBytes   what it had when the report was made; 0 if it has ended
     * @param peakBytes   the most at a time: the sum of what follows, and of reservations of calls then under way
     * @param arenaBytes  of the arena
     * @param heapBytes   of the heap
     * @param otherBytes  other private memory: mappings that Linux made, writable segments of files
     * @param sharedBytes shared anonymous memory that it had mapped, alone or not
     */
    public record Holder(long pid, String command, int rank, long usedBytes, long peakBytes, long arenaBytes, long heapBytes,
            long otherBytes, long sharedBytes) {
        public Holder {
            Objects.requireNonNull(command, "command");
        }
    }
}
