package org.outrigger.node.partition;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.outrigger.node.CpuSet;

/**
 * A node of files in a folder, which several processes can change: control groups of version 1 without their rules, interrupts,
 * work queues. It has no threads.
 */
final class FolderNode implements NodeFiles {
    static final String CPUSETS = "/sys/fs/cgroup/cpuset";
    private final Path top;

    FolderNode(Path top) {
        this.top = top;
    }

    /** Makes one with so many CPUs and interrupts. */
    static FolderNode make(Path top, int cpus, int interrupts) throws IOException {
        FolderNode node = new FolderNode(top);
        String all = CpuSet.range(0, cpus - 1).toString();
        node.file("/proc/sys/kernel/random/boot_id", "boot-1");
        node.file("/proc/self/mountinfo", "30 25 0:26 / " + CPUSETS + " rw - cgroup cgroup rw,cpuset");
        node.file("/proc/self/cgroup", "3:cpuset:/");
        node.file("/sys/devices/system/cpu/online", all);
        for (int irq = 0; irq < interrupts; irq++) {
            node.file("/proc/irq/" + irq + "/smp_affinity_list", all);
        }
        node.group(CPUSETS, all);
        return node;
    }

    private Path path(String path) {
        return top.resolve(path.substring(1));
    }

    private void file(String path, String text) throws IOException {
        Files.createDirectories(path(path).getParent());
        Files.writeString(path(path), text);
    }

    private void group(String group, String cpus) throws IOException {
        file(group + "/cgroup.procs", "");
        file(group + "/cpuset.cpus", cpus);
        file(group + "/cpuset.effective_cpus", cpus);
        file(group + "/cpuset.mems", cpus.isEmpty() ? "" : "0");
        file(group + "/cpuset.cpu_exclusive", "0");
        file(group + "/cpuset.sched_load_balance", "1");
    }

    /** All files with what is in them. */
    List<String> snapshot() throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> all = Files.walk(top)) {
            for (Path path : all.sorted().toList()) {
                lines.add(top.relativize(path) + (Files.isRegularFile(path) ? ": " + Files.readString(path) : ""));
            }
        }
        return lines;
    }

    @Override
    public Optional<String> read(String path) {
        try {
            return Optional.of(Files.readString(path(path)).strip());
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    @Override
    public void write(String path, String value) throws IOException {
        Files.writeString(path(path), value.strip(), StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    @Override
    public void makeFolder(String path) throws IOException {
        group(path, "");
    }

    @Override
    public void removeFolder(String path) throws IOException {
        for (String name : names(path)) {
            Files.delete(path(path + "/" + name));
        }
        Files.delete(path(path));
    }

    @Override
    public boolean writable(String path) {
        return Files.isWritable(path(path));
    }

    @Override
    public boolean exists(String path) {
        return Files.exists(path(path));
    }

    @Override
    public List<String> names(String folder) {
        try (Stream<Path> all = Files.list(path(folder))) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (IOException absent) {
            return List.of();
        }
    }

    @Override
    public Optional<CpuSet> affinity(int tid) {
        return Optional.empty();
    }

    @Override
    public void bind(int tid, CpuSet cpus) throws IOException {
        throw new IOException("there is no thread " + tid);
    }

    @Override
    public void ordinary(int tid) {
        throw new IllegalStateException("there is no thread " + tid);
    }
}
