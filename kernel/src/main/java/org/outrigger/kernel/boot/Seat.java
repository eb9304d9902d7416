package org.outrigger.kernel.boot;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.outrigger.kernel.memory.PoolShare;

/**
 * A job's place in a partition.
 *
 * @param partition   name of the partition
 * @param members     files, usually {@code cgroup.procs}, of the control groups that every process of the job is to live in:
 *                    each rank writes itself into them before it is bound to its core and before its program's first
 *                    instruction. Where one refuses, no rank runs, and the job's exit status is 125
 * @param thpDisabled whether the job is to have no transparent huge pages ({@code PR_SET_THP_DISABLE}, {@code prctl(2)})
 * @param pools       what it may take from Linux's huge-page pools; empty for nothing
 * @param link        hears of the job
 */
public record Seat(String partition, List<Path> members, boolean thpDisabled, List<PoolShare> pools, Link link) {

    /** The most control groups that a job can be put into. */
    public static final int MOST_MEMBERS = 64;

    /** How whoever keeps the partition reaches the job. */
    public interface Link {
        /** For those who want nothing of the job. */
        Link NONE = new Link() {
            @Override
            public void begin(JobControl job) {
                // nothing
            }

            @Override
            public void end() {
                // nothing
            }
        };

        /** The job runs. Called once, by a thread of its own, for which nothing of the job waits. */
        void begin(JobControl job);

        /** The job has ended, or could not be started; called once, after {@link #begin} has returned. */
        void end();
    }

    /** Copies what could change and refuses what no caller may ask. */
    public Seat {
        Objects.requireNonNull(partition, "partition");
        Objects.requireNonNull(link, "link");
        members = List.copyOf(members);
        pools = List.copyOf(pools);
        if (partition.isBlank() || members.size() > MOST_MEMBERS) {
            throw new IllegalArgumentException("a seat needs a partition, and at most " + MOST_MEMBERS + " control groups");
        }
    }
}
