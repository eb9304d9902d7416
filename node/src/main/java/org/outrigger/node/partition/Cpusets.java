package org.outrigger.node.partition;

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
    private static final int MOUNT_POINT = 4;

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

    abstract void add(World world, List<Want> wants) throws PartitionException;

    /**
     * Those of this machine, version 1 where cpusets are mounted so, else version 2.
     *
     * @throws PartitionException when there are none that this process may use
     */
    static Cpusets of(NodeFiles files) throws PartitionException {
        String mounts = files.read("/proc/self/mountinfo").orElse("");
        String own = files.read("/proc/self/cgroup").orElse("");
        Optional<String> first = mount(mounts, "cgroup", "cpuset");
        if (first.isPresent()) {
            return new CpusetsOne(files, base(files, first.get(), group(own, "cpuset"), ""), first.get());
        }
        String second = mount(mounts, "cgroup2", "").orElseThrow(() -> new PartitionException(
                "no control groups are mounted, by which cores are set apart"));
        return new CpusetsTwo(files, base(files, second, group(own, ""), "cpuset"), second);
    }

    /** The outermost group, of those that this process is in, in which it may make others. */
    private static String base(NodeFiles files, String mount, String own, String controller) throws PartitionException {
        String folder = mount;
        for (String name : own.split("/")) {
            folder = name.isEmpty() ? folder : folder + "/" + name;
            boolean offered = controller.isEmpty()
                    || List.of(files.read(folder + "/cgroup.controllers").orElse("").split("\\s+")).contains(controller);
            if (offered && files.writable(folder) && files.writable(folder + "/cgroup.procs")) {
                return folder;
            }
        }
        throw new PartitionException("no privilege: in none of the control groups of this process (" + mount + own
                + " and above) may cpuset groups be made");
    }

    private static String group(String groups, String controller) {
        for (String line : groups.split("\n")) {
            String[] fields = line.split(":", 3);
            if (fields.length == 3 && List.of(fields[1].split(",")).contains(controller)) {
                return fields[2].equals("/") ? "" : fields[2];
            }
        }
        return "";
    }

    /** Where a file system of control groups with a controller is mounted. */
    private static Optional<String> mount(String mounts, String type, String controller) {
        for (String line : mounts.split("\n")) {
            int dash = line.indexOf(" - ");
            String[] left = line.split(" ");
            String[] right = dash < 0 ? new String[0] : line.substring(dash + " - ".length()).split(" ");
            if (right.length >= 3 && right[0].equals(type)
                    && (controller.isEmpty() || List.of(right[2].split(",")).contains(controller))) {
                return Optional.of(left[MOUNT_POINT]);
            }
        }
        return Optional.empty();
    }

    /** The groups of others beside ours give up the cores of partitions: the inner ones first. */
    void foreign(World world, List<Want> wants, String file, boolean nested) throws PartitionException {
        for (String name : files.names(parent)) {
            if (!name.startsWith(PREFIX) && files.exists(parent + "/" + name + "/" + file)) {
                foreign(world, wants, parent + "/" + name, file, nested);
            }
        }
    }

    private void foreign(World world, List<Want> wants, String group, String file, boolean nested) throws PartitionException {
        for (String name : nested ? files.names(group) : List.<String>of()) {
            if (files.exists(group + "/" + name + "/" + file)) {
                foreign(world, wants, group + "/" + name, file, true);
            }
        }
        String path = group + "/" + file;
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

    /** A group for everything that is in the parent group, on the CPUs that are left. */
    void rest(World world, List<Want> wants, CpuSet all) {
        CpuSet left = all.minus(world.cores());
        String rest = restGroup();
        wants.add(new Want(Phase.REST, Kind.GROUP, rest, parent, true, "a control group for everything else"));
        nodes(wants, Phase.REST, rest);
        wants.add(new Want(Phase.REST, Kind.CORES, rest + "/cpuset.cpus", left.toString(), true, "everything else on CPU "
                + left));
    }

    /** Memory of all nodes for a group. */
    void nodes(List<Want> wants, Phase phase, String group) {
        files.read(parent + "/cpuset.mems").filter(mems -> !mems.isEmpty()).ifPresent(mems -> wants.add(new Want(phase,
                Kind.VALUE,
                group + "/cpuset.mems", mems, true, "memory of NUMA nodes " + mems + " for " + group)));
    }

    NodeFiles files() {
        return files;
    }
}
