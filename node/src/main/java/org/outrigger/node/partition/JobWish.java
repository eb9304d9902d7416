package org.outrigger.node.partition;

import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuSet;
import org.outrigger.node.MemoryList;

/**
 * What a job wants of a partition.
 *
 * @param cores  these cores; absent for all that are free
 * @param memory so much, by NUMA node or of any; absent for all that is free
 */
public record JobWish(Optional<CpuSet> cores, Optional<List<MemoryList.Part>> memory) {
    /** Whatever is free. */
    public static final JobWish ALL = new JobWish(Optional.empty(), Optional.empty());
}
