package org.outrigger.kernel.boot;

import java.util.List;
import org.outrigger.kernel.memory.PoolShare;

/**
 * What can be changed of a job while it runs. Any thread may call any method. Each answers in bounded time, also when the job has
 * ended meanwhile: it waits no longer than {@link #PATIENCE_SECONDS} for an answer of the LWK, and no longer than some seconds
 * for processes that are to give something back.
 */
public interface JobControl {
    /** The longest that a method waits for an answer of the LWK. */
    int PATIENCE_SECONDS = 10;

    /**
     * What a job has.
     *
     * @param committedBytes what its processes may write to: with a limit what is charged against it, else arenas and heaps in
     *                       use
     * @param pools          huge pages that it holds, by node and size, ascending; those that it has not touched yet too
     */
    record Usage(long committedBytes, List<PoolShare> pools) {
        /** Copies what could change. */
        public Usage {
            pools = List.copyOf(pools);
        }
    }

    /**
     * The job's LWK cores are these from now on. The ranks' shares are computed anew as {@link JobRequest#share} does, and every
     * thread is put on a core of its rank's share. A thread that has chosen CPUs for itself keeps those of them that are left,
     * and gets the whole share where none is, as under {@code cpuset(7)}. Cores that come must be in the job's control groups
     * before this is called; cores that go are to leave them afterwards. With the
     * cores that it has already, all threads are bound anew. Those that Linux refuses to bind stay where they are, and the report
     * says so.
     *
     * @param lwk CPU numbers, at least one; order and repetitions mean nothing
     * @return false where nothing was changed, since the job has ended or did not answer in time
     * @throws IllegalArgumentException for no core, or one that is none
     */
    boolean cores(int[] lwk);

    /**
     * Raises or lowers the job's limit of memory. It never becomes less than what is committed or set aside for ranks; huge pages
     * that the job holds without using them are given back where they and what is committed are more than the new limit.
     *
     * @param bytes what the job may have
     * @return what it may have now, in bytes; -1 where the job has no limit
     */
    long memory(long bytes);

    /**
     * The job may hold at most so many huge pages, of those that are named, and none of others. What it holds beyond that and
     * does not use is given back; what it uses it keeps. A process gives back when it next asks for memory, so that one that
     * asks for none may keep them for longer than this waits.
     *
     * @return what it holds now, by node and size
     */
    List<PoolShare> pools(List<PoolShare> most);

    /** What it has at the moment. */
    Usage usage();
}
