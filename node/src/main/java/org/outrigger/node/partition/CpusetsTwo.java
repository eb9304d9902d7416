package org.outrigger.node.partition;

import java.util.List;
import org.outrigger.node.CpuSet;

/**
 * Cpusets as version 2 of control groups has them: the kernel takes the CPUs of a partition from all other groups. Source: {@code
 * Documentation/admin-guide/cgroup-v2.rst}, "Cpuset Interface Files".
 */
final class CpusetsTwo extends Cpusets {
    CpusetsTwo(NodeFiles files, String parent, String mount) {
        super(files, parent, parent.equals(mount));
    }

    @Override
    String effectiveFile(String group) {
        return group + "/cpuset.cpus.effective";
    }

    @Override
    String kind(String partition) {
        return files().read(group(partition) + "/cpuset.cpus.partition").orElse("member");
    }

    @Override
    void add(World world, List<Want> wants) throws PartitionException {
        String refuge = parent();
        if (!top()) {
            // A group below the root that has processes of its own can have no groups with controllers in it.
            CpuSet all = files().read(effectiveFile(parent())).flatMap(World::cpus).orElse(world.online());
            refuge = restGroup();
            wants.add(new Want(Phase.REST, Kind.GROUP, refuge, parent(), true, "a control group for everything else"));
            wants.add(new Want(Phase.OTHERS, Kind.TASKS, refuge, parent(), true, "processes go to " + refuge));
            wants.add(new Want(Phase.CORES, Kind.CORES, refuge + "/cpuset.cpus", all.minus(world.cores()).toString(), false,
                    "everything else on CPU " + all.minus(world.cores())));
        }
        wants.add(new Want(Phase.CONTROLLERS, Kind.CONTROLLER, parent() + " cpuset", "on", true, "cpusets for groups in "
                + parent()));
        foreign(world, wants, "cpuset.cpus", false);
        for (Partition partition : world.partitions()) {
            String group = group(partition.name());
            wants.add(new Want(Phase.GROUP, Kind.GROUP, group, refuge, true, "control group " + group));
            wants.add(new Want(Phase.CORES, Kind.CORES, group + "/cpuset.cpus", partition.cores().toString(), true,
                    "CPU " + partition.cores() + " for " + group));
            boolean balanced = partition.has(Feature.LOAD_BALANCING);
            wants.add(new Want(Phase.TYPE, Kind.TYPE, group + "/cpuset.cpus.partition", balanced ? "root" : "isolated", true,
                    "CPU " + partition.cores() + (balanced ? " for this group only"
                            : " for this group only, without balancing")));
        }
    }
}
