package org.outrigger.node.partition;

import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuSet;

/**
 * The features that concern the memory of jobs, on or off, and whether they can be. Sources: {@code
 * Documentation/admin-guide/mm/transhuge.rst}, {@code numa_balancing} in {@code Documentation/admin-guide/sysctl/kernel.rst} of
 * Linux, {@code proc(5)} for {@code /proc/swaps}.
 */
final class FeatureWants {
    static final String THP = "/sys/kernel/mm/transparent_hugepage/enabled";
    static final String NUMA = "/proc/sys/kernel/numa_balancing";
    private static final String SWAPS = "/proc/swaps";
    private static final String DETECTORS = "/proc/sys/kernel/watchdog";
    private static final String NEVER = "never";
    private static final String ADVISED = "madvise";
    private static final String OFF = "0";
    private static final String ON = "1";
    private static final String NODE_WIDE = ", or allow the partition to change the whole node by --node-wide";

    private final World world;

    FeatureWants(World world) {
        this.world = world;
    }

    void add(List<Want> wants) {
        for (Partition partition : world.partitions()) {
            if (says(partition, Feature.SWAP, false)
                    && (hasSwap() || MemoryGroups.made(world.files(), world.books(), partition.name()).isPresent())) {
                swap(partition, wants);
            }
        }
        nodeWide(wants, Feature.THP, true, THP, ADVISED, "transparent huge pages for programs that ask");
        nodeWide(wants, Feature.NUMA_BALANCING, false, NUMA, OFF, "no moving of pages between NUMA nodes");
        nodeWide(wants, Feature.NUMA_BALANCING, true, NUMA, ON, "moving of pages between NUMA nodes");
    }

    private void swap(Partition partition, List<Want> wants) {
        try {
            MemoryGroups.of(world.files(), world.books()).withoutSwap(partition.name(), wants);
        } catch (PartitionException none) {
            // It was admitted when there was no swap, and goes on as it is: it must be possible to destroy it.
            return;
        }
    }

    /** A value of the whole node, while there is a partition that wants it and may change it. */
    private void nodeWide(List<Want> wants, Feature feature, boolean on, String file, String value, String what) {
        List<Partition> saying = world.partitions().stream().filter(partition -> says(partition, feature, on)).toList();
        if (saying.stream().anyMatch(Partition::nodeWide) && isOn(feature) != on) {
            wants.add(new Want(Phase.STEERING, Kind.VALUE, file, value, true, what + " on the whole node"));
        }
    }

    /** Whether a feature of the whole node was on before partitions. */
    private boolean isOn(Feature feature) {
        return feature == Feature.THP ? world.before(Kind.VALUE, THP).map(text -> !Choice.of(text).equals(NEVER)).orElse(false)
                : world.before(Kind.VALUE, NUMA).map(text -> !text.equals(OFF)).orElse(false);
    }

    private static boolean says(Partition partition, Feature feature, boolean on) {
        return Boolean.valueOf(on).equals(partition.features().get(feature));
    }

    private boolean hasSwap() {
        return world.files().read(SWAPS).orElse("").contains("\n"); // the first line is a heading
    }

    /**
     * Whether Linux can what a partition says of features.
     *
     * @throws PartitionException with the reason, where it cannot
     */
    void check(Partition partition, List<Partition> others) throws PartitionException {
        NodeFiles files = world.files();
        if (says(partition, Feature.SWAP, false) && hasSwap()) {
            try {
                MemoryGroups.of(files, world.books());
            } catch (PartitionException none) {
                throw cannot(Feature.SWAP, false, none.getMessage()
                        + "; without swap on this node (swapoff -a) nothing is needed");
            }
        }
        if (says(partition, Feature.WATCHDOG, true)) {
            if (!files.exists(SteeringWants.WATCHDOG)) {
                throw cannot(Feature.WATCHDOG, true, "this kernel has no detectors of lock-ups, or does not tell"
                        + " of their CPUs in "
                        + SteeringWants.WATCHDOG);
            }
            if (files.read(DETECTORS).filter(OFF::equals).isPresent()) {
                throw cannot(Feature.WATCHDOG, true, "the detectors are off on the whole node: sysctl -w kernel.watchdog=1");
            }
        }
        if (says(partition, Feature.THP, true)) {
            if (!files.exists(THP)) {
                throw cannot(Feature.THP, true, "this kernel has none: there is no " + THP);
            }
            if (!isOn(Feature.THP) && !partition.nodeWide()) {
                throw cannot(Feature.THP, true, "the node has them 'never': echo madvise > " + THP + NODE_WIDE);
            }
        }
        numaBalancing(partition, others);
    }

    private void numaBalancing(Partition partition, List<Partition> others) throws PartitionException {
        Optional<String> value = world.before(Kind.VALUE, NUMA);
        CpuSet nodes = world.files().read("/sys/devices/system/node/online").flatMap(World::cpus).orElse(CpuSet.of(0));
        Boolean said = partition.features().get(Feature.NUMA_BALANCING);
        if (said == null || nodes.size() == 1 || value.isEmpty() && !said) {
            return; // on one node there is nothing to balance
        }
        if (value.isEmpty()) {
            throw cannot(Feature.NUMA_BALANCING, true, "this kernel has none: there is no " + NUMA);
        }
        for (Partition other : others) {
            if (says(other, Feature.NUMA_BALANCING, !said)) {
                throw cannot(Feature.NUMA_BALANCING, said, "the whole node has one setting, and partition '" + other.name()
                        + "' says the opposite");
            }
        }
        if (isOn(Feature.NUMA_BALANCING) != said && !partition.nodeWide()) {
            throw cannot(Feature.NUMA_BALANCING, said, "the whole node has one setting: sysctl -w kernel.numa_balancing="
                    + (said ? ON : OFF) + NODE_WIDE);
        }
    }

    private static PartitionException cannot(Feature feature, boolean on, String reason) {
        return new PartitionException("the feature '" + feature.key() + "' cannot be " + (on ? "on" : "off") + ": " + reason);
    }
}
