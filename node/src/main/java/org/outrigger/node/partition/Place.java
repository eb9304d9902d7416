package org.outrigger.node.partition;

import java.util.List;
import org.outrigger.node.CpuSet;

/**
 * A job's place in a partition.
 *
 * @param partition  the partition
 * @param wish       what was wanted
 * @param cores      LWK cores
 * @param linuxCores Linux cores
 * @param memory     pages that the job may take; none where the partition has no memory of its own
 */
public record Place(Partition partition, JobWish wish, CpuSet cores, CpuSet linuxCores, List<PoolPages> memory) {
    /** Copies what could change. */
    public Place {
        memory = List.copyOf(memory);
    }

    /** All its memory in bytes. */
    public long bytes() {
        return memory.stream().mapToLong(PoolPages::bytes).sum();
    }
}
