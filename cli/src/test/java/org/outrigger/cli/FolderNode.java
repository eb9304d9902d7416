package org.outrigger.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.outrigger.node.CpuSet;
import org.outrigger.node.partition.NodeFiles;

/**
 * A node that is a folder of files, with cpusets of version 1: groups have their files when they are made, pools grow as far as
 * there is room, and what is read-only stays.
 */
final class FolderNode implements NodeFiles {
    static final String CPUSETS = "/sys/fs/cgroup/cpuset";
    static final String UNIFIED = "/sys/fs/cgroup/unified";
    private static final int HUGE_KIB = 2048;

    private final Path root;
    private final Set<String> readOnly = new HashSet<>();
    private final Map<String, Long> room = new HashMap<>();

    /** Under a folder, with so many CPUs shared out over so many NUMA nodes of 8 GiB, half of it free. */
    FolderNode(Path root, int cpus, int nodes) throws IOException {
        this.root = root;
        String all = "0-" + (cpus - 1);
        file("/proc/sys/kernel/random/boot_id", "boot-1");
        file("/proc/self/mountinfo", "30 25 0:26 / " + CPUSETS + " rw - cgroup cgroup rw,cpuset");
        file("/proc/self/cgroup", "3:cpuset:/");
        file("/sys/devices/system/cpu/online", all);
        file("/sys/devices/system/node/online", nodes == 1 ? "0" : "0-" + (nodes - 1));
        for (int node = 0; node < nodes; node++) {
            String folder = "/sys/devices/system/node/node" + node;
            file(folder + "/cpulist", node * cpus / nodes + "-" + ((node + 1) * cpus / nodes - 1));
            file(folder + "/meminfo", "Node 0 MemTotal: 8388608 kB\nNode 0 MemFree: 2097152 kB\nNode 0 Active(file): 1048576 kB\n"
                    + "Node 0 Inactive(file): 524288 kB\nNode 0 SReclaimable: 524288 kB");
            file(folder + "/distance", distances(node, nodes));
            file(folder + "/compact", "");
            pool(node, HUGE_KIB, 1024);
            pool(node, HUGE_KIB * 512, 1);
        }
        file("/proc/irq/default_smp_affinity", "ff");
        file("/proc/irq/9/smp_affinity_list", all);
        file("/proc/irq/10/smp_affinity_list", all);
        file("/sys/class/net/eth0/device/uevent", "");
        file("/sys/class/net/eth0/device/msi_irqs/9", "msix");
        file("/sys/class/nvme/nvme0/device/uevent", "");
        file("/sys/class/nvme/nvme0/device/msi_irqs/10", "msix");
        group(CPUSETS, all);
    }

    private static String distances(int node, int nodes) {
        StringBuilder row = new StringBuilder();
        for (int other = 0; other < nodes; other++) {
            row.append(other == node ? "10 " : "20 ");
        }
        return row.toString().strip();
    }

    FolderNode file(String path, String text) throws IOException {
        Path file = at(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
        return this;
    }

    private void pool(int node, int kilobytes, long pages) throws IOException {
        String pool = "/sys/devices/system/node/node" + node + "/hugepages/hugepages-" + kilobytes + "kB/";
        room.put(pool + "nr_hugepages", pages);
        file(pool + "nr_hugepages", "0");
        file(pool + "free_hugepages", "0");
    }

    private void group(String group, String cpus) throws IOException {
        file(group + "/cgroup.procs", "");
        file(group + "/cpuset.cpus", cpus);
        file(group + "/cpuset.mems", "0");
        file(group + "/cpuset.effective_cpus", cpus);
        file(group + "/cpuset.cpu_exclusive", "0");
        file(group + "/cpuset.sched_load_balance", "1");
    }

    /** Has an account of huge pages, in groups of version 2 beside the cpusets. */
    FolderNode unified() throws IOException {
        file("/proc/self/mountinfo", "30 25 0:26 / " + CPUSETS + " rw - cgroup cgroup rw,cpuset\n31 25 0:27 / " + UNIFIED
                + " rw - cgroup2 cgroup2 rw");
        file("/proc/self/cgroup", "3:cpuset:/\n0::/");
        file(UNIFIED + "/cgroup.procs", "");
        file(UNIFIED + "/cgroup.controllers", "hugetlb");
        return file(UNIFIED + "/cgroup.subtree_control", "");
    }

    /** From now on nothing below can be written. */
    void readOnly(String path) {
        readOnly.add(path);
    }

    private Path at(String path) {
        return root.resolve(path.substring(1));
    }

    /** Every file with its text, but those that only take commands. */
    Map<String, String> snapshot() throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(file -> !file.endsWith("compact")).toList()) {
                all.put(file.toString(), Files.isDirectory(file) ? "" : Files.readString(file).strip());
            }
        }
        return all;
    }

    @Override
    public Optional<String> read(String path) {
        try {
            // All CPUs are on line, so a group has those that it was given.
            return Optional.of(Files.readString(at(path.replace("cpuset.effective_cpus", "cpuset.cpus"))).strip());
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    @Override
    public void write(String path, String value) throws IOException {
        if (!exists(path) || !writable(path)) {
            throw new IOException(path + ": Read-only file system");
        }
        if (path.endsWith("/cgroup.procs")) {
            return; // nobody is here to be moved
        }
        if (path.endsWith("/cgroup.subtree_control")) {
            Files.writeString(at(path), value.startsWith("+") ? value.substring(1) : "\n");
            return;
        }
        String text = room.containsKey(path) ? Long.toString(Math.min(room.get(path), Long.parseLong(value))) : value.strip();
        Files.writeString(at(path), text + "\n");
    }

    @Override
    public void makeFolder(String path) throws IOException {
        if (!writable(path)) {
            throw new IOException(path + ": Read-only file system");
        }
        Files.createDirectory(at(path));
        if (path.startsWith(UNIFIED)) {
            file(path + "/cgroup.procs", "");
            file(path + "/hugetlb.2MB.max", "max");
            file(path + "/hugetlb.2MB.rsvd.max", "max");
        } else {
            group(path, "");
        }
    }

    @Override
    public void removeFolder(String path) throws IOException {
        for (String name : names(path)) {
            Files.delete(at(path + "/" + name));
        }
        Files.delete(at(path));
    }

    @Override
    public boolean writable(String path) {
        return readOnly.stream().noneMatch(top -> path.equals(top) || path.startsWith(top + "/"));
    }

    @Override
    public boolean exists(String path) {
        return Files.exists(at(path));
    }

    @Override
    public List<String> names(String folder) {
        try (Stream<Path> entries = Files.list(at(folder))) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (java.nio.file.NoSuchFileException | java.nio.file.NotDirectoryException none) {
            return List.of();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Override
    public Optional<CpuSet> affinity(int tid) {
        return Optional.empty();
    }

    @Override
    public void bind(int tid, CpuSet cpus) throws IOException {
        throw new IOException("there are no threads");
    }

    @Override
    public void ordinary(int tid) {
        // There are no threads.
    }
}
