package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where groups with cpusets can be made: the outermost control group, of those that this process is in and can see, that it may
 * change. Sources: {@code cgroups(7)}, {@code cgroup_namespaces(7)}, {@code proc_pid_mountinfo(5)}.
 *
 * @param two  whether the groups are of version 2
 * @param base the group
 * @param top  whether it is the root of all groups
 */
record CgroupPlace(boolean two, String base, boolean top) {
    private static final String CPUSET = "cpuset";
    private static final int ROOT = 3;
    private static final int POINT = 4;
    private static final int OPTIONS = 5;

    /** A mounted file system of groups; {@code root} is the group that its top folder shows. */
    private record Mount(String root, String point, boolean readOnly) {

        /**
         * The path below the mount point of a group as {@code /proc/self/cgroup} names it; the mount point where it is not
         * below.
         */
        String below(String group) {
            String path = group.equals("/") ? "" : group;
            if (path.equals("/..") || path.startsWith("/../")) {
                return "";
            }
            if (root.equals("/")) {
                return path;
            }
            return path.equals(root) || path.startsWith(root + "/") ? path.substring(root.length()) : "";
        }
    }

    /**
     * Looks for it, in cpusets of version 1 where they are mounted, else in version 2.
     *
     * @throws PartitionException when there is none, with the reason
     */
    static CgroupPlace of(NodeFiles files) throws PartitionException {
        String mounts = files.read("/proc/self/mountinfo").orElse("");
        String own = files.read("/proc/self/cgroup").orElse("");
        Optional<Mount> one = mount(mounts, "cgroup", CPUSET);
        if (one.isPresent()) {
            return first(files, one.get(), group(own, CPUSET), false);
        }
        Mount two = mount(mounts, "cgroup2", "").orElseThrow(() -> new PartitionException(
                "no control groups are mounted, by which cores are set apart"));
        if (own.lines().anyMatch(line -> line.split(":", ROOT)[1].matches("(.*,)?cpuset(,.*)?"))) {
            throw new PartitionException("the cpusets of this kernel are of version 1 and not mounted; mount -t cgroup -o cpuset"
                    + " cpuset /sys/fs/cgroup/cpuset mends that");
        }
        return first(files, two, group(own, ""), true);
    }

    /**
     * The group that this process is in.
     *
     * @param group its folder
     * @param top   the folder where the groups are mounted
     */
    record Own(String group, String top) {

        /** The outermost group, of this one and those above, in which this process may make others with a controller. */
        Optional<String> outermost(NodeFiles files, boolean two, String controller) {
            String folder = top;
            for (String name : group.substring(top.length()).split("/", -1)) {
                folder = name.isEmpty() ? folder : folder + "/" + name;
                boolean offered = !two || Arrays.asList(files.read(folder + "/cgroup.controllers").orElse("").split("\\s+"))
                        .contains(controller);
                if (offered && files.writable(folder) && files.writable(folder + "/cgroup.procs")) {
                    return Optional.of(folder);
                }
            }
            return Optional.empty();
        }
    }

    /** The group of version 1 of this process for a controller; absent where that is not mounted. */
    static Optional<Own> own(NodeFiles files, String controller) {
        return own(files, "cgroup", controller);
    }

    /** The group of version 2 of this process; absent where that is not mounted. */
    static Optional<Own> own(NodeFiles files) {
        return own(files, "cgroup2", "");
    }

    private static Optional<Own> own(NodeFiles files, String type, String controller) {
        return mount(files.read("/proc/self/mountinfo").orElse(""), type, controller).map(mount -> new Own(
                mount.point() + mount.below(group(files.read("/proc/self/cgroup").orElse(""), controller)), mount.point()));
    }

    /** The folder of a group as {@code /proc/PID/cpuset} names it, in the file system that another folder is in. */
    static String folder(NodeFiles files, String within, String group) {
        String mounts = files.read("/proc/self/mountinfo").orElse("");
        return mount(mounts, "cgroup", CPUSET).or(() -> mount(mounts, "cgroup2", ""))
                .map(mount -> mount.point() + mount.below(group)).orElse(within);
    }

    private static CgroupPlace first(NodeFiles files, Mount mount, String own, boolean two) throws PartitionException {
        String folder = mount.point();
        List<String> reasons = new ArrayList<>();
        for (String name : mount.below(own).split("/", -1)) {
            folder = name.isEmpty() ? folder : folder + "/" + name;
            String reason = two ? unfit(files, folder) : "";
            if (reason.isEmpty() && files.writable(folder) && files.writable(folder + "/cgroup.procs")) {
                boolean top = folder.equals(mount.point()) && mount.root().equals("/")
                        && !files.exists(folder + "/cgroup.events");
                return new CgroupPlace(two, folder, top);
            }
            if (!reason.isEmpty() && files.writable(folder)) {
                reasons.add(folder + " " + reason);
            }
        }
        throw new PartitionException(mount.readOnly() ? "the control groups at " + mount.point() + " are mounted read-only"
                : !reasons.isEmpty() ? "cores cannot be set apart: " + String.join("; ", reasons)
                : "no privilege: this process may change none of its control groups, which are " + folder + " and those above"
                        + (two ? "; with systemd, systemd-run --user --scope -p Delegate=yes COMMAND runs a command in one of its"
                        + " own" : ""));
    }

    /** Why a group of version 2 can have no groups with cpusets in it; empty where it can. */
    private static String unfit(NodeFiles files, String folder) {
        String offered = files.read(folder + "/cgroup.controllers").orElse("");
        if (!Arrays.asList(offered.split("\\s+")).contains(CPUSET)) {
            return "has no cpuset controller, only: " + (offered.isEmpty() ? "none" : offered)
                    + " (with systemd, Delegate=cpuset of the unit gives it)";
        }
        String type = files.read(folder + "/cgroup.type").orElse("domain");
        return type.equals("domain") ? "" : "is " + type + ", and a group for processes cannot be made in it";
    }

    private static String group(String groups, String controller) {
        for (String line : groups.split("\n")) {
            String[] fields = line.split(":", ROOT);
            if (fields.length == ROOT && Arrays.asList(fields[1].split(",")).contains(controller)) {
                return fields[2];
            }
        }
        return "/";
    }

    private static Optional<Mount> mount(String mounts, String type, String controller) {
        for (String line : mounts.split("\n")) {
            int dash = line.indexOf(" - ");
            String[] left = line.split(" ");
            String[] right = dash < 0 ? new String[0] : line.substring(dash + " - ".length()).split(" ");
            if (right.length >= 3 && left.length > OPTIONS && right[0].equals(type)
                    && (controller.isEmpty() || Arrays.asList(right[2].split(",")).contains(controller))) {
                boolean readOnly = Arrays.asList(left[OPTIONS].split(",")).contains("ro")
                        || Arrays.asList(right[2].split(",")).contains("ro");
                return Optional.of(new Mount(plain(left[ROOT]), plain(left[POINT]), readOnly));
            }
        }
        return Optional.empty();
    }

    /** Without the escapes that the kernel writes for blanks. */
    private static String plain(String path) {
        return path.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\");
    }
}
