package org.outrigger.systest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
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

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * The machine for tests of partitions: one test at a time, with books of its own, and afterwards everything as it was. Skips the
 * test where this user may make no partition.
 */
final class OwnPartition implements AutoCloseable {
    static final String NAME = "systest";
    private static final Duration LIMIT = Duration.ofSeconds(300);
    private static final List<String> WATCHED = List.of("/proc/irq/default_smp_affinity", "/proc/sys/kernel/sched_rt_runtime_us",
            "/proc/sys/kernel/watchdog_cpumask", "/sys/devices/virtual/workqueue/cpumask",
            "/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages");

    private final FileChannel lock;
    private final Path state;
    private final Map<String, String> before;
    private final int core;

    /** Waits for its turn. */
    OwnPartition() {
        Machine.skipUnless("root".equals(System.getProperty("user.name")),
            "partitions of the whole machine are made by root only");
        Machine.skipUnless(Machine.allowedCpus().size() > 1, "there is one CPU only");
        try {
            lock = FileChannel.open(Path.of(System.getProperty("java.io.tmpdir"), "systest-machine.lock"),
                    StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock.lock();
            // In memory where that can be: the books are forced to the disk at each step.
            state = Files.createTempDirectory(Path.of(Files.isWritable(Path.of("/run")) ? "/run" : "/tmp"), "systest-state-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Integer> cpus = Machine.allowedCpus();
        core = cpus.getLast();
        before = picture();
        Run probe = partition("create", NAME, "-c", Integer.toString(core), "--split-cores");
        if (probe.status() != 0) {
            close();
            Machine.skipUnless(false, "this machine makes no partitions: " + probe.stderr());
        }
        partition("destroy", NAME);
    }

    /** The last CPU, which is no Linux core. */
    int core() {
        return core;
    }

    Map<String, String> environment() {
        return Map.of("OUTRIGGER_STATE", state.toString());
    }

    /** What is written down of the jobs that run. */
    List<String[]> jobs() {
        Path file = state.resolve("running");
        try {
            return !Files.exists(file) ? List.of()
                : Files.readAllLines(file).stream().skip(1).map(line -> line.split("\t")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the partition. */
    void create(String... more) {
        List<String> words = new ArrayList<>(List.of("create", NAME, "-c", Integer.toString(core), "--split-cores"));
        words.addAll(List.of(more));
        Run made = partition(words.toArray(String[]::new));
        assertEquals(0, made.status(), made.stderr());
    }

    /** {@code outrigger partition ...}. */
    Run partition(String... words) {
        List<String> line = new ArrayList<>(List.of(Outrigger.command(), "partition"));
        line.addAll(List.of(words));
        return start(line).await(LIMIT);
    }

    /** {@code outrigger run OPTIONS -- PROGRAM}, to its end. */
    Run run(List<String> options, String... program) {
        return begin(options, program).await(LIMIT);
    }

    /** The same, begun. */
    Job begin(List<String> options, String... program) {
        return start(Outrigger.run(options, List.of(program)));
    }

    private Job start(List<String> line) {
        return Job.start(line, Path.of("/tmp"), environment(), Path.of("/dev/null"), UUID.randomUUID().toString());
    }

    /** Waits for a file that a program writes, and returns what is in it. */
    static String await(Path file) {
        long end = System.nanoTime() + LIMIT.toNanos();
        try {
            while (System.nanoTime() < end) {
                if (Files.exists(file) && Files.size(file) > 0) {
                    return Files.readString(file).strip();
                }
                Job.pause(20);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError(file + " was not written");
    }

    /** The control group of a process that has cpusets, by name; empty for the root. */
    static String group(String pid) {
        return read("/proc/" + pid + "/cpuset");
    }

    private static String read(String file) {
        try {
            return String.join("\n", Files.readAllLines(Path.of(file), StandardCharsets.ISO_8859_1)).strip();
        } catch (IOException absent) {
            return "";
        }
    }

    /** What partitions may change. */
    private static Map<String, String> picture() {
        Map<String, String> picture = new TreeMap<>();
        WATCHED.forEach(file -> picture.put(file, read(file)));
        try (Stream<Path> folders = Files.list(Path.of("/proc/irq"))) {
            folders.forEach(irq -> picture.put(irq + "/smp_affinity_list", read(irq + "/smp_affinity_list")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (String mount : List.of("/sys/fs/cgroup", "/sys/fs/cgroup/cpuset")) {
            try (Stream<Path> folders = Files.list(Path.of(mount))) {
                folders.filter(folder -> folder.getFileName().toString().startsWith("outrigger"))
                        .forEach(folder -> picture.put(folder.toString(), "there"));
            } catch (IOException absent) {
                picture.put(mount, "absent");
            }
        }
        return picture;
    }

    /** Asserts that the machine is as it was before the partition was made. */
    void assertAsBefore() {
        assertEquals(before, picture());
    }

    @Override
    public void close() {
        try {
            if (partition("list").text().contains(NAME)) {
                partition("destroy", NAME, "--force");
            }
            Material.delete(state);
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertAsBefore();
    }
}
