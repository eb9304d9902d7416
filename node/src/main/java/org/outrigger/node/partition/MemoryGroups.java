package org.outrigger.node.partition;

import java.util.List;
import java.util.Optional;

/**
 * The control groups of the memory controller in which the jobs of partitions are. Version 2 has one tree for all controllers,
 * so it is the partition's own group there; version 1 has a tree of its own for memory, and the group is made in the group of
 * the process that creates the partition, whose limits hold for it. Sources: {@code Documentation/admin-guide/cgroup-v2.rst}
 * and {@code cgroup-v1/memory.rst} of Linux.
 */
final class MemoryGroups {
    private static final String CONTROLLER = "memory";
    private static final String SWAPPINESS = "/memory.swappiness";

    private final NodeFiles files;
    private final boolean one;
    private final String parent;
    private final Books books;

    private MemoryGroups(NodeFiles files, boolean one, String parent, Books books) {
        this.files = files;
        this.one = one;
        this.parent = parent;
        this.books = books;
    }

    /**
     * Those of this node.
     *
     * @throws PartitionException with the reason why there are none
     */
    static MemoryGroups of(NodeFiles files, Books books) throws PartitionException {
        Optional<CgroupPlace.Own> first = CgroupPlace.own(files, CONTROLLER);
        if (first.isPresent()) {
            // A container may see its own group as the root of the tree.
            String own = first.get().group();
            String parent = files.exists(own + "/cgroup.procs") ? own : first.get().top();
            if (!files.writable(parent)) {
                throw new PartitionException("in the control group " + parent + " no groups may be made");
            }
            return new MemoryGroups(files, true, parent, books);
        }
        Cpusets cpusets = Cpusets.of(files);
        String offered = files.read(cpusets.parent() + "/cgroup.controllers").orElse("");
        if (!List.of(offered.split("\\s+")).contains(CONTROLLER)) {
            throw new PartitionException("there is no memory controller in the control group " + cpusets.parent());
        }
        return new MemoryGroups(files, false, cpusets.parent(), books);
    }

    /** The group of a partition; where it has one already, that one. */
    String group(String partition) {
        String name = "/" + Cpusets.PREFIX + partition;
        return one ? made(files, books, partition).orElse(parent + name) : parent + name;
    }

    /** The group of version 1 that was made for a partition. */
    static Optional<String> made(NodeFiles files, Books books, String partition) {
        return books.holds().stream().filter(hold -> hold.kind() == Kind.GROUP).map(Hold::key)
                .filter(group -> group.endsWith("/" + Cpusets.PREFIX + partition) && files.exists(group + SWAPPINESS))
                        .findFirst();
    }

    /** What keeps the jobs of a partition out of the swap. */
    void withoutSwap(String partition, List<Want> wants) {
        String group = group(partition);
        if (one) {
            wants.add(new Want(Phase.GROUP, Kind.GROUP, group, group.substring(0, group.lastIndexOf('/')), true,
                    "control group " + group));
            wants.add(new Want(Phase.FLAGS, Kind.VALUE, group + SWAPPINESS, "0", true, "no swap for " + group));
        } else {
            wants.add(new Want(Phase.CONTROLLERS, Kind.CONTROLLER, parent + " " + CONTROLLER, "on", true,
                    "the memory controller for groups in " + parent));
            wants.add(new Want(Phase.FLAGS, Kind.VALUE, group + "/memory.swap.max", "0", true, "no swap for " + group));
        }
    }
}
