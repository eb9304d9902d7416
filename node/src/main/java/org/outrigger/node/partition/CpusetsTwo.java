package org.outrigger.node.partition;

import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuSet;

/**
 * Cpusets as version 2 of control groups has them: the kernel takes the CPUs of a partition from all other groups. Where it does
 * not, since the parent is no partition itself, groups and processes beside ours are confined to the other CPUs. Source: {@code
 * Documentation/admin-guide/cgroup-v2.rst}, "Cpuset Interface Files".
 */
final class CpusetsTwo extends Cpusets {
    static final String TYPE = "/cpuset.cpus.partition";
    private static final String OWN = "/cpuset.cpus.exclusive";
    private static final String MEMBER = "member";

    CpusetsTwo(NodeFiles files, String parent, boolean top) {
        super(files, parent, top);
    }

    @Override
    String effectiveFile(String group) {
        return group + "/cpuset.cpus.effective";
    }

    @Override
    String kind(String partition) {
        return files().read(group(partition) + TYPE).orElse(MEMBER).split(" ")[0];
    }

    @Override
    Optional<String> trouble(String partition) {
        return files().read(group(partition) + TYPE).filter(type -> type.contains(" ")).map(type -> "the kernel says: " + type);
    }

    @Override
    void add(World world, List<Want> wants) throws PartitionException {
        unknown(world);
        CpuSet left = files().read(effectiveFile(parent())).flatMap(World::cpus).orElse(world.online())
                .union(heldHere(world)).intersection(world.online()).minus(world.cores());
        boolean shared = world.partitions().stream().anyMatch(partition -> isMember(world, partition));
        // A group below the root that has processes of its own can have no groups with controllers in it.
        String refuge = shared || !top() ? restGroup() : parent();
        if (shared || !top()) {
            wants.add(new Want(Phase.REST, Kind.GROUP, refuge, parent(), true, "a control group for everything else"));
            wants.add(new Want(Phase.OTHERS, Kind.TASKS, refuge, parent(), true, "processes go to " + refuge));
            wants.add(new Want(Phase.CORES, Kind.CORES, refuge + CPUS, left.toString(), false, "everything else on CPU " + left));
        }
        wants.add(new Want(Phase.CONTROLLERS, Kind.CONTROLLER, parent() + " cpuset", "on", true, "cpusets for groups in "
                + parent()));
        others(world, wants, shared, left);
        for (Partition partition : world.partitions()) {
            partition(world, wants, partition, refuge);
        }
    }

    /** The CPUs that partitions have now: the kernel does not count them among those of the parent. */
    private CpuSet heldHere(World world) {
        CpuSet held = CpuSet.EMPTY;
        for (Hold hold : world.books().holds()) {
            if (hold.kind() == Kind.CORES && hold.phase() == Phase.CORES && !hold.key().equals(restGroup() + CPUS)) {
                held = held.union(files().read(hold.key()).flatMap(World::cpus).orElse(CpuSet.EMPTY));
            }
        }
        return held;
    }

    private boolean isMember(World world, Partition partition) {
        return world.books().hold(Kind.TYPE, group(partition.name()) + TYPE)
                .filter(hold -> hold.settled() && hold.ours().equals(MEMBER)).isPresent();
    }

    private void others(World world, List<Want> wants, boolean shared, CpuSet left) throws PartitionException {
        for (String group : beside()) {
            String path = group + CPUS;
            CpuSet was = world.before(Kind.CORES, path).flatMap(World::cpus).orElse(CpuSet.EMPTY);
            if (!files().read(group + TYPE).orElse(MEMBER).startsWith(MEMBER) && !was.intersection(world.cores()).isEmpty()) {
                throw new PartitionException("CPU " + was.intersection(world.cores()) + " is in a partition of somebody else, the"
                        + " control group " + group);
            }
            if (shared && was.isEmpty()) {
                wants.add(new Want(Phase.CORES, Kind.CORES, path, left.toString(), false, "control group " + group + " on CPU "
                        + left));
            } else {
                giveUp(world, wants, group);
            }
        }
    }

    private void partition(World world, List<Want> wants, Partition partition, String refuge) {
        CpuSet cores = running(world, partition);
        String group = group(partition.name());
        wants.add(new Want(Phase.GROUP, Kind.GROUP, group, refuge, true, "control group " + group));
        nodes(world, wants, partition, partition.memory().isEmpty() ? ""
                : files().read(parent() + "/cpuset.mems.effective").orElse(""));
        wants.add(new Want(Phase.CORES, Kind.CORES, group + CPUS, cores.toString(), true, "CPU " + cores + " for " + group));
        String granted = parent() + OWN + ".effective";
        if (!top() && files().read(granted).flatMap(World::cpus).filter(own -> own.containsAll(cores)).isPresent()) {
            // Linux 6.7 and later: a partition that is not directly in another one, of CPUs granted from above.
            wants.add(new Want(Phase.FLAGS, Kind.VALUE, group + OWN, cores.toString(), false, "CPU " + cores + " exclusively for "
                    + group));
        }
        boolean balanced = partition.has(Feature.LOAD_BALANCING);
        wants.add(new Want(Phase.TYPE, Kind.TYPE, group + TYPE, balanced ? "root" : "isolated", true,
                "CPU " + cores + (balanced ? " for this group only" : " for this group only, without balancing")));
    }
}
