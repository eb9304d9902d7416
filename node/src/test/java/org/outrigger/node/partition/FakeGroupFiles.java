package org.outrigger.node.partition;

import java.util.Map;
import java.util.Set;

/** The files that Linux puts into a control group. */
final class FakeGroupFiles {
    private FakeGroupFiles() {
    }

    /** Those of a new group of version 1, with cpusets. */
    static void one(Map<String, String> files, String group, boolean top, String cpus, String mems) {
        files.put(group + "/cgroup.procs", "");
        files.put(group + "/cpuset.cpus", cpus);
        files.put(group + "/cpuset.mems", mems);
        files.put(group + "/cpuset.effective_cpus", "");
        files.put(group + "/cpuset.cpu_exclusive", top ? "1" : "0");
        files.put(group + "/cpuset.sched_load_balance", "1");
    }

    /** Those of a new group of version 2, with the controllers that the group above gives. */
    static void two(Map<String, String> files, String group, boolean top, String mems) {
        String above = top ? "cpuset cpu memory hugetlb" : files.get(group.substring(0, group.lastIndexOf('/'))
                + "/cgroup.subtree_control");
        files.put(group + "/cgroup.procs", "");
        files.put(group + "/cgroup.controllers", above);
        files.put(group + "/cgroup.subtree_control", "");
        if (!top && above.contains("memory")) {
            files.put(group + "/memory.swap.max", "max");
        }
        if (top || above.contains("cpuset")) {
            files.put(group + "/cpuset.cpus.effective", "");
            files.put(group + "/cpuset.mems.effective", mems);
        }
        FakeAccount.of(files, group, !top && above.contains("hugetlb"));
        if (!top && above.contains("cpuset")) {
            files.put(group + "/cpuset.cpus", "");
            files.put(group + "/cpuset.mems", "");
            files.put(group + "/cpuset.cpus.partition", "member");
        }
    }

    /** The controllers of a group of version 2 are others now. */
    static void controllers(Map<String, String> files, String group, Set<String> on) {
        files.put(group + "/cgroup.controllers", String.join(" ", on));
        if (on.contains("cpuset")) {
            files.putIfAbsent(group + "/cpuset.cpus", "");
            files.putIfAbsent(group + "/cpuset.mems", "");
            files.putIfAbsent(group + "/cpuset.cpus.effective", "");
            files.putIfAbsent(group + "/cpuset.cpus.partition", "member");
        } else {
            files.keySet().removeIf(path -> path.startsWith(group + "/cpuset."));
        }
        if (on.contains("memory")) {
            files.putIfAbsent(group + "/memory.swap.max", "max");
        } else {
            files.keySet().removeIf(path -> path.startsWith(group + "/memory."));
        }
        FakeAccount.of(files, group, on.contains("hugetlb"));
    }
}
