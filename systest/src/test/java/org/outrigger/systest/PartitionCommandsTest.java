package org.outrigger.systest;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Commands about partitions on this machine: the last CPU and some huge pages are set apart and given back. */
class PartitionCommandsTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Path POOL = Path.of("/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages");
    private static final Path LOCK = Path.of(System.getProperty("java.io.tmpdir"), "systest-machine.lock");

    @TempDir
    private Path folder;
    private FileChannel lock;
    private FileLock held;
    private String last;

    @BeforeEach
    void onlyOne() throws IOException {
        Machine.skipUnless("root".equals(System.getProperty("user.name")), "only root can make partitions of this machine");
        Machine.skipUnless(Machine.allowedCpus().size() > 1, "there is a single CPU");
        Machine.skipUnless(Files.isWritable(Path.of("/proc/irq/default_smp_affinity")), "interrupts cannot be moved here");
        Machine.skipUnless(Stream.of("/sys/fs/cgroup", "/sys/fs/cgroup/cpuset").map(Path::of).anyMatch(
            root -> Files.isWritable(root.resolve("cgroup.procs"))), "there are no control groups that may be changed");
        lock = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        held = lock.lock();
        // Once there is a partition this process has the other CPUs only.
        last = Integer.toString(Machine.allowedCpus().getLast());
    }

    @AfterEach
    void giveBack() throws IOException {
        if (held != null) {
            partition("destroy", "systest", "--force");
            held.release();
            lock.close();
        }
    }

    private Run partition(String... arguments) {
        List<String> line = new ArrayList<>(List.of(Outrigger.command(), "partition"));
        line.addAll(List.of(arguments));
        return Job.start(line, folder, Map.of("OUTRIGGER_STATE", folder.resolve("state").toString()), Path.of("/dev/null"),
            UUID.randomUUID().toString()).await(LIMIT);
    }

    private String done(String... arguments) {
        Run run = partition(arguments);
        assertEquals(0, run.status(), run::summary);
        return run.text();
    }

    private void refused(String message, String... arguments) throws IOException {
        Map<String, String> before = snapshot();
        Run run = partition(arguments);
        assertEquals(125, run.status(), run::summary);
        assertTrue(run.stderr().contains(message), run::summary);
        assertEquals(before, snapshot());
    }

    private static String first() {
        return Integer.toString(Machine.allowedCpus().get(0));
    }

    /** What a partition changes on this machine, but for threads of the kernel. */
    private static Map<String, String> snapshot() throws IOException {
        Map<String, String> all = new TreeMap<>();
        add(all, Path.of("/proc/irq"), "smp_affinity_list", 2);
        add(all, Path.of("/proc/irq"), "default_smp_affinity", 1);
        add(all, Path.of("/sys/devices/virtual/workqueue"), "cpumask", 2);
        add(all, Path.of("/sys/devices/system/node"), "nr_hugepages", 5);
        add(all, Path.of("/proc/sys/kernel"), "watchdog_cpumask", 1);
        add(all, Path.of("/proc/sys/kernel"), "sched_rt_runtime_us", 1);
        add(all, Path.of("/sys/fs/cgroup"), "cpuset.cpus", 4);
        add(all, Path.of("/sys/fs/cgroup"), "cpuset.sched_load_balance", 4);
        add(all, Path.of("/sys/fs/cgroup"), "cgroup.subtree_control", 2);
        return all;
    }

    private static void add(Map<String, String> all, Path root, String name, int depth) throws IOException {
        if (!Files.isDirectory(root)) {
            return;
        }
        try (Stream<Path> files = Files.find(root, depth, (file, kind) -> file.endsWith(name))) {
            for (Path file : files.toList()) {
                all.put(file.toString(), String.join("\n", Files.readAllLines(file)));
            }
        }
    }

    @Test
    void comesAndGoes() throws IOException {
        Machine.skipUnless(Files.isWritable(POOL), "there are no huge pages on NUMA node 0");
        long pages = Long.parseLong(Files.readAllLines(POOL).get(0));
        Map<String, String> before = snapshot();
        assertTrue(done("plan", "systest", "--split-cores", "-c", last, "-M", "32M@0")
            .contains(POOL + ": " + pages + " -> " + (pages + 16)));
        assertEquals(before, snapshot(), "a plan changes nothing");
        done("create", "systest", "--split-cores", "-c", last, "-M", "32M@0");
        assertEquals(Long.toString(pages + 16), Files.readAllLines(POOL).get(0));
        String listed = done("list");
        assertTrue(listed.lines().toList().get(1).matches("systest +\\w+ +" + last + " +- +32M@0 +0"), listed);
        String shown = done("show", "systest");
        assertTrue(shown.contains("16 pages of 2M (32M), 0 in use, 16 free\n"), shown);
        done("resize", "systest", "-M", "+8M@0");
        assertEquals(Long.toString(pages + 20), Files.readAllLines(POOL).get(0));
        done("resize", "systest", "-M", "-36M");
        assertEquals(Long.toString(pages + 2), Files.readAllLines(POOL).get(0));
        assertTrue(done("show", "systest", "--json").contains("\"page_bytes\" : 2097152"));
        refused("there is a partition 'systest' already", "create", "systest", "--split-cores", "-c", first());
        refused("CPU " + last + " is in partition 'systest'", "create", "other", "--split-cores", "-c", last);
        refused("no core would be left", "resize", "systest", "--split-cores", "-c", "-" + last);
        done("destroy", "systest");
        assertEquals("", done("list"));
        assertEquals(before, snapshot());
    }

    @Test
    void whatCannotBeChangesNothing() throws IOException {
        refused("no CPU would be left for Linux", "create", "systest", "-c", "all");
        refused("does not exist on this machine", "create", "systest", "-c", "8191");
        refused("is more than there is", "create", "systest", "--split-cores", "-c", last, "-M", "900T");
        refused("there is no NUMA node 1000", "create", "systest", "--split-cores", "-c", last, "-M", "2M@1000");
        refused("there is no feature 'nonsense'", "create", "systest", "--split-cores", "-c", last, "--features", "nonsense=on");
        refused("there is no partition 'nobody'", "destroy", "nobody");
    }

    /** A process that has joined the partition's groups can have what is the partition's, and no more. */
    @Test
    void jobsHaveTheirPartitionsPagesAndNoMore() throws Exception {
        Machine.skipUnless(Files.isWritable(POOL), "there are no huge pages on NUMA node 0");
        Machine.needs("python3");
        done("create", "systest", "--split-cores", "-c", last, "-M", "16M@0");
        List<Path> limits = new ArrayList<>();
        try (Stream<Path> files = Files.find(Path.of("/sys/fs/cgroup"), 4, (file, kind) -> file.getFileName().toString()
            .matches("hugetlb\\.2MB\\.(max|limit_in_bytes)") && file.getParent().endsWith("outrigger-systest"))) {
            limits.addAll(files.toList());
        }
        Machine.skipUnless(!limits.isEmpty(), "Linux keeps no account of huge pages here");
        String script = "echo $$ > " + limits.get(0).resolveSibling("cgroup.procs") + " && exec python3 -c '"
            + "import mmap, sys\n"
            + "m = mmap.mmap(-1, int(sys.argv[1]) << 21, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)\n"
            + "for i in range(int(sys.argv[1])): m[i << 21] = 1\nprint(\"had\")' ";
        assertEquals("had\n", Job.start(List.of("bash", "-c", script + "8"), folder).await(LIMIT).text());
        Run more = Job.start(List.of("bash", "-c", script + "9"), folder).await(LIMIT);
        assertEquals("", more.text(), more::summary);
        done("destroy", "systest");
    }
}
