package org.outrigger.node.partition;

import java.util.List;
import org.outrigger.node.CpuSet;

/** Whether a partition can be, beside those that are there: said before anything is changed. */
final class Admission {
    private Admission() {
    }

    static void create(NodeFiles files, List<Partition> there, Partition partition) throws PartitionException {
        World world = new World(files, new Books(""), there);
        if (there.stream().anyMatch(other -> other.name().equals(partition.name()))) {
            throw new PartitionException("there is a partition '" + partition.name() + "' already");
        }
        CpuSet online = world.online();
        CpuSet missing = partition.cores().union(partition.linuxCores()).minus(online);
        if (!missing.isEmpty()) {
            throw new PartitionException(cpus(missing) + " not on line; on line: " + online);
        }
        for (Partition other : there) {
            CpuSet both = other.cores().intersection(partition.cores().union(partition.linuxCores()));
            if (!both.isEmpty()) {
                throw new PartitionException(cpus(both) + " in partition '" + other.name() + "'");
            }
            CpuSet taken = other.linuxCores().intersection(partition.cores());
            if (!taken.isEmpty()) {
                throw new PartitionException(cpus(taken) + " a Linux core of partition '" + other.name() + "'");
            }
        }
        if (!partition.cores().intersection(partition.linuxCores()).isEmpty()) {
            throw new PartitionException(cpus(partition.cores().intersection(partition.linuxCores())) + " both LWK and Linux");
        }
        if (world.rest().minus(partition.cores()).isEmpty()) {
            throw new PartitionException("no CPU would be left for Linux: on line are " + online
                    + (there.isEmpty() ? "" : ", of which partitions have " + world.cores()));
        }
    }

    private static String cpus(CpuSet cpus) {
        return cpus.size() == 1 ? "CPU " + cpus + " is" : "CPUs " + cpus + " are";
    }
}
