package org.outrigger.node.partition;

import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuSet;

/** Whether a partition can be, beside those that are there: said before anything is changed. */
final class Admission {
    private Admission() {
    }

    /** Whether a partition can be changed to another. */
    static void resize(NodeFiles files, Books books, List<Partition> others, Partition old, Partition next)
            throws PartitionException {
        cores(files, books, others, next);
        MemoryAdmission.check(files, Optional.of(old), next);
    }

    /** Whether a partition can be made. */
    static void create(NodeFiles files, Books books, List<Partition> there, Partition partition) throws PartitionException {
        cores(files, books, there, partition);
        MemoryAdmission.check(files, Optional.empty(), partition);
    }

    private static void cores(NodeFiles files, Books books, List<Partition> there, Partition partition)
            throws PartitionException {
        World world = new World(files, books, there);
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
        if (books.partition(partition.name()).filter(old -> asksTheSame(old, partition)).isEmpty()) {
            new Interrupts(files).check(partition, there);
            new FeatureWants(world).check(partition, there);
        }
    }

    /** What a partition was given once it may keep at another size, though a device has been unplugged meanwhile. */
    private static boolean asksTheSame(Partition old, Partition partition) {
        return old.interrupts().equals(partition.interrupts()) && old.devices().equals(partition.devices())
                && old.features().equals(partition.features()) && old.nodeWide() == partition.nodeWide();
    }

    private static String cpus(CpuSet cpus) {
        return cpus.size() == 1 ? "CPU " + cpus + " is" : "CPUs " + cpus + " are";
    }
}
