package org.outrigger.lab.arms;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.outrigger.lab.environment.KernelFile;

/**
 * A cpuset control group of this command's own. Version 1 of control groups where cpusets are mounted so, else version 2.
 * Sources: cgroups(7), cpuset(7), {@code Documentation/admin-guide/cgroup-v2.rst} of Linux.
 *
 * @param folder  the group
 * @param members the file by which processes get into it
 */
record Cpuset(Path folder, Path members) {
    private static final AtomicInteger MADE = new AtomicInteger();
    private static final String CONTROLLER = "cpuset";

    /**
     * Makes a group with these CPUs.
     *
     * @param self {@code /proc/self}
     * @param cpus as the kernel's lists have them
     * @throws IOException with the reason when there can be none
     */
    static Cpuset make(Path self, Journal journal, String cpus) throws IOException {
        List<String> mounts = Files.readAllLines(self.resolve("mountinfo"), StandardCharsets.ISO_8859_1);
        List<String> groups = Files.readAllLines(self.resolve("cgroup"), StandardCharsets.ISO_8859_1);
        Optional<Path> first = mount(mounts, "cgroup", CONTROLLER);
        if (first.isPresent()) {
            String own = groups.stream().map(line -> line.split(":", 3))
                    .filter(part -> part.length == 3 && List.of(part[1].split(",")).contains(CONTROLLER))
                    .map(part -> part[2]).findFirst().orElse("/");
            return versionOne(first.get().resolve(own.substring(1)), journal, cpus);
        }
        Path root = mount(mounts, "cgroup2", "").orElseThrow(() -> new IOException("no control groups are mounted"));
        String own = groups.stream().filter(line -> line.startsWith("0::")).map(line -> line.substring("0::".length()))
                .findFirst().orElse("/");
        return versionTwo(root, root.resolve(own.substring(1)), journal, cpus);
    }

    /**
     * Where a file system with this controller is mounted; the mount's root is taken for the root of the groups that are seen.
     */
    static Optional<Path> mount(List<String> mounts, String type, String controller) {
        for (String line : mounts) {
            int dash = line.indexOf(" - ");
            String[] left = line.split(" ");
            String[] right = dash < 0 ? new String[0] : line.substring(dash + " - ".length()).split(" ");
            if (right.length >= 3 && right[0].equals(type)
                    && (controller.isEmpty() || List.of(right[2].split(",")).contains(controller))) {
                return Optional.of(Path.of(left[4]));
            }
        }
        return Optional.empty();
    }

    private static Path fresh(Path parent) {
        return parent.resolve("outrigger-lab-" + ProcessHandle.current().pid() + "-" + MADE.incrementAndGet());
    }

    private static Cpuset versionOne(Path parent, Journal journal, String cpus) throws IOException {
        Path folder = fresh(parent);
        journal.willRemoveGroup(folder);
        Files.createDirectory(folder);
        write(folder.resolve("cpuset.mems"), KernelFile.text(parent.resolve("cpuset.mems")));
        write(folder.resolve("cpuset.cpus"), cpus);
        return new Cpuset(folder, folder.resolve("cgroup.procs"));
    }

    /**
     * Beside or above this process's own group, since a group with processes of its own can have no groups with controllers.
     */
    private static Cpuset versionTwo(Path root, Path own, Journal journal, String cpus) throws IOException {
        List<Path> parents = new ArrayList<>();
        for (Path parent = own.equals(root) ? root : own.getParent(); parent.startsWith(root); parent = parent.getParent()) {
            parents.add(parent);
        }
        IOException reason = new IOException("no cpuset controller");
        for (Path parent : parents) {
            try {
                Path control = parent.resolve("cgroup.subtree_control");
                if (!offers(control)) {
                    if (!offers(parent.resolve("cgroup.controllers"))) {
                        continue;
                    }
                    journal.willRestore(control, "-" + CONTROLLER);
                    write(control, "+" + CONTROLLER);
                }
                Path folder = fresh(parent);
                journal.willRemoveGroup(folder);
                Files.createDirectory(folder);
                write(folder.resolve("cpuset.cpus"), cpus);
                return new Cpuset(folder, folder.resolve("cgroup.procs"));
            } catch (IOException refused) {
                reason = new IOException(refused.getMessage(), refused);
            }
        }
        throw reason;
    }

    private static boolean offers(Path file) throws IOException {
        return List.of(KernelFile.text(file).split(" ")).contains(CONTROLLER);
    }

    private static void write(Path file, String value) throws IOException {
        Files.writeString(file, value, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }
}
