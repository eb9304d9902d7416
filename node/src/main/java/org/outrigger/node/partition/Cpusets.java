package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuSet;

/**
 * The machine's cpuset control groups, of one version or the other: what partitions want of them.
 */
abstract class Cpusets {
    /** What the names of our groups begin with. */
    static final String PREFIX = "outrigger-";
    /** The group for everything that is in no partition; its name cannot be a partition's. */
    static final String REST = PREFIX + "_rest";
    static final String CPUS = "/cpuset.cpus";
    static final String MEMS = "/cpuset.mems";
    private static final String NODES = "/sys/devices/system/node";

    private final NodeFiles files;
    private final String parent;
    private final boolean top;

    /**
     * With the group that ours are made in.
     *
     * @param top whether that is the root of all groups
     */
    Cpusets(NodeFiles files, String parent, boolean top) {
        this.files = files;
        this.parent = parent;
        this.top = top;
    }

    /** The group that ours are in. */
    String parent() {
        return parent;
    }

    /** Whether {@link #parent} is the root of all groups. */
    boolean top() {
        return top;
    }

    /** The group of a partition. */
    String group(String partition) {
        return parent + "/" + PREFIX + partition;
    }

    String restGroup() {
        return parent + "/" + REST;
    }

    /** The group's CPUs that it really has. */
    abstract String effectiveFile(String group);

    /** How a partition's cores are set apart, in a word: {@code isolated}, {@code root}, {@code member} or {@code exclusive}. */
    abstract String kind(String partition);

    /** Why the cores of a partition are not set apart as they should be; absent where they are. */
    abstract Optional<String> trouble(String partition);

    /** What partitions want. */
    abstract void add(World world, List<Want> wants) throws PartitionException;

    /**
     * Those of this machine, version 1 where cpusets are mounted so, else version 2.
     *
     * @throws PartitionException when there are none that this process may use
     */
    static Cpusets of(NodeFiles files) throws PartitionException {
        CgroupPlace place = CgroupPlace.of(files);
        return place.two() ? new CpusetsTwo(files, place.base(), place.top()) : new CpusetsOne(files, place.base(), place.top());
    }

    /**
     * Those that a partition was made in, to look at: also such as this process may not change.
     *
     * @throws PartitionException when there are none, and this process may use none either
     */
    static Cpusets seen(NodeFiles files, Books books, String partition) throws PartitionException {
        for (Hold hold : books.holds()) {
            String group = hold.key();
            if (hold.kind() == Kind.GROUP && group.endsWith("/" + PREFIX + partition) && files.exists(group + CPUS)) {
                String parent = group.substring(0, group.lastIndexOf('/'));
                return files.exists(group + CpusetsTwo.TYPE) ? new CpusetsTwo(files, parent, false)
                        : new CpusetsOne(files, parent, false);
            }
        }
        return of(files);
    }

    /** That no group with a name of ours is there which these books do not have: it would be somebody else's. */
    void unknown(World world) throws PartitionException {
        List<String> groups = new ArrayList<>(world.partitions().stream().map(partition -> group(partition.name())).toList());
        groups.add(restGroup());
        for (String group : groups) {
            if (files.exists(group) && world.books().hold(Kind.GROUP, group).isEmpty()) {
                throw new PartitionException("the control group " + group + " is there already and not in the books: it is of"
                        + " partitions with another " + StateFolder.VARIABLE + ", or the books are lost; then move its"
                        + " processes up and remove it");
            }
        }
    }

    /** Groups of others beside ours, in the same parent. */
    List<String> beside() {
        List<String> groups = new ArrayList<>();
        for (String name : files.names(parent)) {
            if (!name.startsWith(PREFIX) && files.exists(parent + "/" + name + CPUS)) {
                groups.add(parent + "/" + name);
            }
        }
        return groups;
    }

    /** A group of others gives up the cores of partitions. */
    void giveUp(World world, List<Want> wants, String group) throws PartitionException {
        String path = group + CPUS;
        CpuSet was = world.before(Kind.CORES, path).flatMap(World::cpus).orElse(CpuSet.EMPTY);
        CpuSet left = was.minus(world.cores());
        if (!left.equals(was)) {
            if (left.isEmpty()) {
                throw new PartitionException("the control group " + group + " has no other CPUs than " + was);
            }
            wants.add(new Want(Phase.FOREIGN, Kind.CORES, path, left.toString(), true, "control group " + group + " on CPU "
                    + left));
        }
    }

    /** The cores of a partition that run; all where none does. */
    static CpuSet running(World world, Partition partition) {
        CpuSet running = partition.cores().intersection(world.online());
        return running.isEmpty() ? partition.cores() : running;
    }

    /**
     * Memory for a partition's group: of the NUMA nodes of its pages and its cores where it has pages, so that whatever else
     * its jobs need comes from these too; else of all.
     */
    void nodes(World world, List<Want> wants, Partition partition, String all) {
        String mems = all;
        if (!partition.memory().isEmpty()) {
            CpuSet nodes = CpuSet.EMPTY;
            for (PoolPages pages : partition.memory()) {
                nodes = nodes.union(CpuSet.of(pages.node()));
            }
            for (String name : files.names(NODES)) {
                CpuSet cpus = files.read(NODES + "/" + name + "/cpulist").flatMap(World::cpus).orElse(CpuSet.EMPTY);
                if (name.matches("node[0-9]+") && !cpus.intersection(partition.cores()).isEmpty()) {
                    nodes = nodes.union(CpuSet.of(Integer.parseInt(name.substring("node".length()))));
                }
            }
            CpuSet there = World.cpus(all).orElse(CpuSet.EMPTY);
            mems = nodes.intersection(there).isEmpty() ? all : nodes.intersection(there).toString();
        }
        String group = group(partition.name());
        if (!mems.isEmpty()) {
            wants.add(new Want(Phase.NODES, Kind.VALUE, group + MEMS, mems, true, "memory of NUMA nodes " + mems + " for "
                    + group));
        }
    }

    NodeFiles files() {
        return files;
    }
}
