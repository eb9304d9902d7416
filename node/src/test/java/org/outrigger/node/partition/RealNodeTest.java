package org.outrigger.node.partition;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.node.CpuSet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Partitions on the node that the tests run on, where it lets itself be partitioned: commands die as by SIGKILL before each of
 * their steps, or each so manieth without {@code -Doutrigger.long=true}, and all of the node comes back.
 */
class RealNodeTest {
    private static final int STRIDE = 20;

    @TempDir
    private Path folder;
    private final SystemFiles files = new SystemFiles();
    private CpuSet last;
    private CpuSet first;

    @BeforeEach
    void needsANodeToPartition() throws Exception {
        CpuSet online = new World(files, new Books(""), List.of()).online();
        assumeTrue(online.size() >= 2, "one CPU only");
        int[] cpus = online.toArray();
        last = CpuSet.of(cpus[cpus.length - 1]);
        first = CpuSet.of(cpus[0]);
        try {
            CgroupPlace place = CgroupPlace.of(files);
            assumeTrue(place.top(), "only a group below the root may be changed");
            assumeTrue(files.names(place.base()).stream().noneMatch(name -> name.startsWith(Cpusets.PREFIX)),
                    "the node is partitioned already");
        } catch (PartitionException impossible) {
            abort(impossible.getMessage());
        }
    }

    private Partitions here() {
        return new Partitions(files, new StateFolder(folder));
    }

    private CommandProcess.End command(String deadly, String... words) throws Exception {
        return CommandProcess.end(CommandProcess.start("/", folder, deadly, words));
    }

    /** Everything that a partition may change on this node, threads of the kernel without the workers, which come and go. */
    private static Map<String, String> snapshot() throws IOException {
        Map<String, String> all = new TreeMap<>();
        SystemFiles files = new SystemFiles();
        List<String> paths = new ArrayList<>(List.of("/proc/irq/default_smp_affinity", "/proc/sys/kernel/watchdog_cpumask",
                "/proc/sys/kernel/sched_rt_runtime_us", "/proc/sys/kernel/timer_migration",
                "/sys/devices/virtual/workqueue/cpumask"));
        files.names("/proc/irq").forEach(number -> paths.add("/proc/irq/" + number + "/smp_affinity_list"));
        files.names("/sys/devices/virtual/workqueue").forEach(name -> paths.add("/sys/devices/virtual/workqueue/" + name
                + "/cpumask"));
        try (Stream<Path> groups = Files.walk(Path.of("/sys/fs/cgroup"))) {
            groups.filter(path -> path.getFileName().toString().matches(
                    "cpuset\\.(cpus|mems|cpu_exclusive|sched_load_balance|cpus\\.partition)|cgroup\\.subtree_control"))
                    .forEach(path -> paths.add(path.toString()));
        }
        paths.forEach(path -> files.read(path).ifPresent(text -> all.put(path, text)));
        for (String pid : files.names("/proc")) {
            if (Character.isDigit(pid.charAt(0))) {
                KernelThreads.name(files, Integer.parseInt(pid)).filter(name -> !name.startsWith("kworker/"))
                        .ifPresent(name -> files.affinity(Integer.parseInt(pid)).ifPresent(cpus -> all.put(name + " " + pid,
                                cpus.toString())));
            }
        }
        return all;
    }

    private static void same(Map<String, String> before, String when) throws IOException {
        Map<String, String> now = snapshot();
        now.keySet().removeIf(key -> !key.startsWith("/") && !before.containsKey(key));
        Map<String, String> then = new TreeMap<>(before);
        then.keySet().removeIf(key -> !key.startsWith("/") && !now.containsKey(key));
        assertEquals(then, now, when);
    }

    /** The processes of the node are where they were, the dead and the new ones left out. */
    private static boolean homeless() {
        SystemFiles files = new SystemFiles();
        return files.names("/proc").stream().filter(name -> Character.isDigit(name.charAt(0)))
                .anyMatch(pid -> files.read("/proc/" + pid + "/cgroup").orElse("").contains(Cpusets.PREFIX));
    }

    @Test
    void aProcessRunsOnTheCoresOfAPartitionAloneAndAllComesBack() throws Exception {
        Map<String, String> before = snapshot();
        Partitions partitions = here();
        Partition quiet = PartitionsTest.partition("outrigger-test", last);
        partitions.create(quiet);
        try {
            assertEquals("isolated", partitions.kind(quiet));
            assertEquals(List.of(), partitions.remarks(quiet));
            assertNotEquals(before, snapshot());
            for (Stranger stranger : partitions.strangers(quiet)) {
                assertTrue(stranger.kernel() || stranger.reason().startsWith("came after"), stranger.toString());
            }
            Process process = new ProcessBuilder("sleep", "60").start();
            CpuSet rest = files.affinity((int) process.pid()).orElseThrow();
            assertTrue(rest.intersection(last).isEmpty(), rest.toString());
            files.write(partitions.group(quiet) + "/cgroup.procs", Long.toString(process.pid()));
            assertEquals(last, files.affinity((int) process.pid()).orElseThrow());
            process.destroyForcibly().waitFor();
        } finally {
            partitions.destroy("outrigger-test");
        }
        same(before, "after destroy");
        assertFalse(homeless());
    }

    @Test
    void whateverDiesAtWhateverStepIsPutRight() throws Exception {
        Map<String, String> before = snapshot();
        dies(before, new String[] {}, new String[] {"create", "outrigger-test", last.toString()}, 0);
        dies(before, new String[] {"create", "outrigger-test", last.toString()},
                new String[] {"resize", "outrigger-test", first.toString()}, 1);
        dies(before, new String[] {"create", "outrigger-test", last.toString()}, new String[] {"destroy", "outrigger-test"}, 0);
    }

    /** A command dies at its steps in turn; the next one finds so many partitions and gives them back. */
    private void dies(Map<String, String> before, String[] first, String[] command, int left) throws Exception {
        int stride = Boolean.getBoolean("outrigger.long") ? 1 : STRIDE;
        int steps = 1;
        for (int step = 0; step < steps; step += stride) {
            String when = String.join(" ", command) + " dies at step " + step + " of " + steps;
            try {
                for (int i = 0; i + 2 < first.length; i += 3) {
                    here().create(PartitionsTest.partition(first[i + 1], last));
                }
                List<String> names = new ArrayList<>();
                if (step == 0) {
                    steps = count(command, names);
                    here().refresh();
                    for (int i = 0; i + 2 < first.length && here().list().isEmpty(); i += 3) {
                        here().create(PartitionsTest.partition(first[i + 1], last));
                    }
                }
                CommandProcess.End end = command(Integer.toString(step), command);
                // A thread of the kernel that is gone by now may have been the last step.
                assertTrue(end.status() == CommandProcess.DEAD || end.status() == 0 && step >= steps - STRIDE,
                        when + end.output());
                here().refresh();
                if (end.status() == CommandProcess.DEAD) {
                    assertEquals(left, here().list().size(), when);
                }
            } finally {
                for (Partition partition : here().list()) {
                    here().destroy(partition.name());
                }
            }
            same(before, when);
            assertFalse(homeless(), when);
        }
    }

    private int count(String[] command, List<String> names) throws Exception {
        Partitions counting = new Partitions(files, new StateFolder(folder), names::add);
        switch (command[0]) {
            case "create" -> {
                counting.create(PartitionsTest.partition(command[1], last));
                int steps = names.size();
                counting.destroy(command[1]);
                return steps;
            }
            case "resize" -> {
                counting.resize(command[1], old -> old.with(first, old.linuxCores(), old.memory()));
                int steps = names.size();
                counting.resize(command[1], old -> old.with(last, old.linuxCores(), old.memory()));
                return steps;
            }
            default -> {
                counting.destroy(command[1]);
                return names.size();
            }
        }
    }
}
