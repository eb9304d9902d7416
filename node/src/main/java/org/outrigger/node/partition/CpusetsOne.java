package org.outrigger.node.partition;

import java.util.List;
import org.outrigger.node.CpuSet;

/**
 * Cpusets as version 1 of control groups has them. The root group has all CPUs whatever is written, so what is in it moves to a
 * group on the CPUs that are left. Source: {@code cpuset(7)}.
 */
final class CpusetsOne extends Cpusets {
    CpusetsOne(NodeFiles files, String parent, String mount) {
        super(files, parent, parent.equals(mount));
    }

    @Override
    String effectiveFile(String group) {
        return group + "/cpuset.effective_cpus";
    }

    @Override
    String kind(String partition) {
        boolean balanced = files().read(group(partition) + "/cpuset.sched_load_balance").orElse("1").equals("1");
        boolean exclusive = files().read(group(partition) + "/cpuset.cpu_exclusive").orElse("0").equals("1");
        return exclusive ? balanced ? "exclusive" : "isolated" : "member";
    }

    @Override
    void add(World world, List<Want> wants) throws PartitionException {
        CpuSet all = files().read(effectiveFile(parent())).flatMap(World::cpus).orElse(world.online());
        rest(world, wants, all);
        wants.add(new Want(Phase.OTHERS, Kind.TASKS, restGroup(), parent(), true,
                "processes that are in no group leave the cores"));
        foreign(world, wants, "cpuset.cpus", true);
        if (!world.coresWithout(Feature.LOAD_BALANCING).isEmpty()) {
            wants.add(new Want(Phase.FLAGS, Kind.VALUE, parent() + "/cpuset.sched_load_balance", "0", false,
                    "no balancing of load over all CPUs"));
        }
        for (Partition partition : world.partitions()) {
            String group = group(partition.name());
            wants.add(new Want(Phase.GROUP, Kind.GROUP, group, restGroup(), true, "control group " + group));
            nodes(wants, Phase.NODES, group);
            wants.add(new Want(Phase.CORES, Kind.CORES, group + "/cpuset.cpus", partition.cores().toString(), true,
                    "CPU " + partition.cores() + " for " + group));
            wants.add(new Want(Phase.FLAGS, Kind.VALUE, group + "/cpuset.cpu_exclusive", "1", false,
                    "CPU " + partition.cores() + " for this group only"));
            if (!partition.has(Feature.LOAD_BALANCING)) {
                wants.add(new Want(Phase.FLAGS, Kind.VALUE, group + "/cpuset.sched_load_balance", "0", false,
                        "no balancing of load over CPU " + partition.cores()));
            }
        }
    }
}
