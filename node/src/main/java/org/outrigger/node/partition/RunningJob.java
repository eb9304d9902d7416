package org.outrigger.node.partition;

import java.util.List;
import org.outrigger.node.CpuSet;

/**
 * A job that runs in a partition.
 *
 * @param partition name of the partition
 * @param launcher  the process that the user started; its number is the job's
 * @param lwk       the process of its LWK, which answers {@link JobLine}
 * @param id        what the processes of the program have in the variable {@value #VARIABLE}
 * @param program   name of the program, for people
 * @param cores     LWK cores that nobody else in the partition has
 * @param allCores  whether it took what was free, and so grows with the partition
 * @param memory    pages of the partition that nobody else in it has
 * @param allMemory whether it took what was free, and so grows with the partition
 */
public record RunningJob(String partition, Owner launcher, Owner lwk, String id, String program, CpuSet cores, boolean allCores,
                         List<PoolPages> memory, boolean allMemory) {
    /** The variable by which a process is known to belong to a job. */
    public static final String VARIABLE = "OUTRIGGER_JOB";

    /** Copies what could change. */
    public RunningJob {
        memory = List.copyOf(memory);
    }

    /** The number that people and {@link JobLine} call it by. */
    public int number() {
        return launcher.pid();
    }

    /** All its memory of the partition in bytes. */
    public long bytes() {
        return memory.stream().mapToLong(PoolPages::bytes).sum();
    }

    /** Whether somebody answers for it: else the program, if it is there still, runs under plain Linux. */
    public boolean served(NodeFiles files) {
        return lwk.alive(files);
    }

    RunningJob with(CpuSet otherCores, List<PoolPages> otherMemory) {
        return new RunningJob(partition, launcher, lwk, id, program, otherCores, allCores, otherMemory, allMemory);
    }

    /** As people read it: {@code job 1234 (lulesh)}. */
    @Override
    public String toString() {
        return "job " + number() + " (" + program + ")";
    }
}
