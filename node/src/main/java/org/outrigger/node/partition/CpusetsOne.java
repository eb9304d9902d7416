package org.outrigger.node.partition;

import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuSet;

/**
 * Cpusets as version 1 of control groups has them. The root group has all CPUs whatever is written, so what is in it moves to a
 * group on the CPUs that are left. Source: {@code cpuset(7)}.
 */
final class CpusetsOne extends Cpusets {
    private static final String EXCLUSIVE = "/cpuset.cpu_exclusive";
    private static final String BALANCE = "/cpuset.sched_load_balance";

    CpusetsOne(NodeFiles files, String parent, boolean top) {
        super(files, parent, top);
    }

    @Override
    String effectiveFile(String group) {
        return group + "/cpuset.effective_cpus";
    }

    @Override
    String kind(String partition) {
        boolean balanced = files().read(group(partition) + BALANCE).orElse("1").equals("1");
        boolean exclusive = files().read(group(partition) + EXCLUSIVE).orElse("0").equals("1");
        return exclusive ? balanced ? "exclusive" : "isolated" : "member";
    }

    @Override
    void add(World world, List<Want> wants) throws PartitionException {
        unknown(world);
        String mems = files().read(parent() + MEMS).orElse("");
        rest(world, wants, mems);
        for (String group : beside()) {
            nested(world, wants, group);
        }
        if (!world.coresWithout(Feature.LOAD_BALANCING).isEmpty()) {
            // Balancing in a group goes on within it: the group for everything else, and those of others, have theirs.
            wants.add(new Want(Phase.FLAGS, Kind.VALUE, parent() + BALANCE, "0", false, "no balancing of load over all CPUs"));
        }
        for (Partition partition : world.partitions()) {
            CpuSet cores = running(world, partition);
            String group = group(partition.name());
            wants.add(new Want(Phase.GROUP, Kind.GROUP, group, restGroup(), true, "control group " + group));
            nodes(world, wants, partition, mems);
            wants.add(new Want(Phase.CORES, Kind.CORES, group + CPUS, cores.toString(), world.online().containsAll(cores),
                    "CPU " + cores + " for " + group));
            if (!partition.memory().isEmpty() && files().exists(parent() + "/cpuset.memory_migrate")) {
                wants.add(new Want(Phase.FLAGS, Kind.VALUE, group + "/cpuset.memory_migrate", "1", false,
                        "memory follows the NUMA nodes of " + group));
            }
            wants.add(new Want(Phase.FLAGS, Kind.VALUE, group + EXCLUSIVE, "1", false,
                    "CPU " + cores + " for this group only"));
            if (!partition.has(Feature.LOAD_BALANCING)) {
                wants.add(new Want(Phase.FLAGS, Kind.VALUE, group + BALANCE, "0", false,
                        "no balancing of load over CPU " + cores));
            }
        }
    }

    /** A group for everything that is in the parent group, on the CPUs that are left. */
    private void rest(World world, List<Want> wants, String mems) throws PartitionException {
        CpuSet all = files().read(effectiveFile(parent())).flatMap(World::cpus).orElse(world.online());
        CpuSet left = all.minus(world.cores());
        for (String group : beside()) {
            if (files().read(group + EXCLUSIVE).orElse("0").equals("1")) {
                // No group beside it may have its CPUs.
                left = left.minus(world.before(Kind.CORES, group + CPUS).flatMap(World::cpus).orElse(CpuSet.EMPTY));
            }
        }
        if (left.isEmpty()) {
            throw new PartitionException("no CPU would be left for processes that are in no group: exclusive groups of"
                    + " others have the rest");
        }
        String rest = restGroup();
        wants.add(new Want(Phase.REST, Kind.GROUP, rest, parent(), true, "a control group for everything else"));
        if (!mems.isEmpty()) {
            wants.add(new Want(Phase.REST, Kind.VALUE, rest + MEMS, mems, true, "memory of NUMA nodes " + mems + " for " + rest));
        }
        wants.add(new Want(Phase.REST, Kind.CORES, rest + CPUS, left.toString(), true, "everything else on CPU " + left));
        wants.add(new Want(Phase.OTHERS, Kind.TASKS, rest, parent(), true, "processes that are in no group leave the cores"));
    }

    private void nested(World world, List<Want> wants, String group) throws PartitionException {
        for (String name : files().names(group)) {
            if (files().exists(group + "/" + name + CPUS)) {
                nested(world, wants, group + "/" + name);
            }
        }
        giveUp(world, wants, group);
    }

    @Override
    Optional<String> trouble(String partition) {
        return Optional.empty();
    }
}
