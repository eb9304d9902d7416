package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.outrigger.node.CpuSet;

/**
 * Who may run on the cores of a partition without being in it. Looks at each thread of the node once. Sources: {@code
 * proc(5)}.
 */
final class Strangers {
    private final NodeFiles files;
    private final Groups groups;
    private final Cpusets cpusets;
    private final Partition partition;

    Strangers(NodeFiles files, Cpusets cpusets, Partition partition) {
        this.files = files;
        this.groups = new Groups(files);
        this.cpusets = cpusets;
        this.partition = partition;
    }

    /** All of them, by number. */
    List<Stranger> all() {
        Set<Integer> own = groups.allMembers(cpusets.group(partition.name()));
        Set<Integer> free = new HashSet<>(groups.members(cpusets.parent()));
        List<Integer> pids = new ArrayList<>();
        for (String name : files.names("/proc")) {
            if (Character.isDigit(name.charAt(0)) && !own.contains(Integer.parseInt(name))) {
                pids.add(Integer.parseInt(name));
            }
        }
        pids.sort(null);
        List<Stranger> strangers = new ArrayList<>();
        for (int pid : pids) {
            Optional<String> kernel = KernelThreads.name(files, pid);
            Optional<CpuSet> cpus = kernel.isPresent() ? files.affinity(pid) : ofThreads(pid);
            Optional<String> stat = files.read("/proc/" + pid + "/stat");
            if (stat.isPresent() && cpus.isPresent() && !cpus.get().intersection(partition.cores()).isEmpty()) {
                String name = stat.get().substring(stat.get().indexOf('(') + 1, stat.get().lastIndexOf(')'));
                String reason = kernel.isPresent() ? reason(pid, name, cpus.get()) : reason(pid, free);
                strangers.add(new Stranger(pid, name, kernel.isPresent(), reason));
            }
        }
        return strangers;
    }

    /** The CPUs of all threads of a process together. */
    private Optional<CpuSet> ofThreads(int pid) {
        Optional<CpuSet> cpus = files.affinity(pid);
        for (String thread : files.names("/proc/" + pid + "/task")) {
            Optional<CpuSet> more = files.affinity(Integer.parseInt(thread));
            cpus = cpus.map(all -> more.map(all::union).orElse(all)).or(() -> more);
        }
        return cpus;
    }

    private String reason(int pid, String name, CpuSet cpus) {
        if (name.startsWith(ThreadWants.WORKER)) {
            return name.startsWith(ThreadWants.WORKER + "u")
                    ? "works for unbound work queues, whose masks say where" : "work queue of this CPU";
        }
        if (cpus.size() == 1) {
            return "belongs to this CPU";
        }
        return KernelThreads.bound(files, pid) || partition.cores().containsAll(cpus)
                ? "cannot be moved: the kernel keeps it on CPU " + cpus
                : partition.has(Feature.KTHREADS) ? "threads of the kernel are left here (feature kthreads)"
                : "not moved; the next command that changes partitions tries";
    }

    private String reason(int pid, Set<Integer> free) {
        if (free.contains(pid)) {
            return "came after the last command that changed partitions; the next one moves it";
        }
        return "in the control group " + files.read("/proc/" + pid + "/cpuset").orElse("of somebody else")
                + ", which has got the cores since";
    }
}
