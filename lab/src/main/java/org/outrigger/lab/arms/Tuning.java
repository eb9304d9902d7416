package org.outrigger.lab.arms;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.outrigger.lab.environment.KernelFile;

/**
 * What an administrator can do on a running system for the quiet of some CPUs: interrupts and unbound work queues go to other
 * CPUs, and threads in real time are not stalled. Sources: {@code Documentation/core-api/irq/irq-affinity.rst}, {@code
 * workqueue.rst} and {@code Documentation/scheduler/sched-rt-group.rst} of Linux.
 */
final class Tuning {
    private static final String NO_THROTTLING = "-1";
    private static final int FIRST_MAJOR = 6;
    private static final int FIRST_MINOR = 12;

    private final Path root;
    private final Journal journal;
    private final List<String> changes;
    private final List<String> notes;

    /** Below this root, {@code /} outside tests; what is done and what cannot be done is added to the lists. */
    Tuning(Path root, Journal journal, List<String> changes, List<String> notes) {
        this.root = root;
        this.journal = journal;
        this.changes = changes;
        this.notes = notes;
    }

    /** Sends interrupts and unbound work queues from the quiet CPUs to the others. */
    void moveOthers(int[] quiet, int[] others) throws IOException {
        interrupts(quiet, others);
        Path queues = root.resolve("sys/devices/virtual/workqueue/cpumask");
        if (change(queues, Ground.mask(others))) {
            changes.add("unbound work queues on CPU " + Ground.list(others));
        } else {
            notes.add("unbound work queues stay where they are: " + queues + " cannot be written");
        }
    }

    private void interrupts(int[] quiet, int[] others) throws IOException {
        Path folder = root.resolve("proc/irq");
        List<Integer> moved = new ArrayList<>();
        List<Integer> stuck = new ArrayList<>();
        for (int number : interruptNumbers(folder)) {
            Path file = folder.resolve(number + "/smp_affinity_list");
            String now = text(file);
            if (IntStream.of(quiet).anyMatch(parse(now)::get)) {
                // Whether it may be moved at all shows when it is written what it has.
                (write(file, now) && change(file, Ground.list(others)) ? moved : stuck).add(number);
            }
        }
        if (!moved.isEmpty()) {
            changes.add("interrupts " + numbers(moved) + " on CPU " + Ground.list(others));
        }
        if (!stuck.isEmpty()) {
            notes.add("interrupts " + numbers(stuck) + " cannot be moved");
        }
    }

    private static List<Integer> interruptNumbers(Path folder) {
        List<Integer> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "[0-9]*")) {
            for (Path entry : entries) {
                if (Files.exists(entry.resolve("smp_affinity_list"))) {
                    found.add(Integer.parseInt(entry.getFileName().toString()));
                }
            }
        } catch (IOException hidden) {
            return List.of();
        }
        found.sort(null);
        return found;
    }

    /**
     * Lets threads in real time that never sleep run on. Linux stalls them for a part of each second; since release 6.12 that
     * is for the sake of ordinary threads that wait on the same CPU, too, and there each CPU has a limit of its own
     * (fair_server).
     */
    void unthrottle(int[] quiet) throws IOException {
        Path limit = root.resolve("proc/sys/kernel/sched_rt_runtime_us");
        String was = text(limit);
        if (was.equals(NO_THROTTLING)) {
            changes.add("real time was not throttled");
        } else if (change(limit, NO_THROTTLING)) {
            changes.add("real time without throttling (sched_rt_runtime_us was " + was + ")");
        } else {
            notes.add("real time is throttled: sched_rt_runtime_us is " + was + " and cannot be written");
        }
        Path servers = root.resolve("sys/kernel/debug/sched/fair_server");
        boolean kept = false;
        for (int cpu : quiet) {
            kept |= !change(servers.resolve("cpu" + cpu + "/runtime"), "0");
        }
        if (!kept) {
            changes.add("no time set aside for ordinary threads (fair_server)");
        } else if (Files.exists(servers) || hasServers(text(root.resolve("proc/sys/kernel/osrelease")))) {
            notes.add("ordinary threads that wait on the same CPU keep a part of each second: " + servers + " cannot be written");
        }
    }

    /** Whether a release of Linux, {@code 6.12.3} say, sets time aside on each CPU. */
    static boolean hasServers(String release) {
        String[] numbers = release.split("[^0-9]+");
        if (numbers.length < 2 || numbers[0].isEmpty()) {
            return false;
        }
        int major = Integer.parseInt(numbers[0]);
        return major > FIRST_MAJOR || major == FIRST_MAJOR && Integer.parseInt(numbers[1]) >= FIRST_MINOR;
    }

    /** Changes a file that holds one value, so that it will be put back. */
    private boolean change(Path file, String value) throws IOException {
        String was = text(file);
        if (was.isEmpty() || !write(file, was)) {
            return false;
        }
        if (!was.equals(value)) {
            journal.willRestore(file, was);
        }
        return write(file, value);
    }

    private static boolean write(Path file, String value) {
        try {
            Files.writeString(file, value, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private static String text(Path file) {
        try {
            return KernelFile.text(file);
        } catch (IOException hidden) {
            return "";
        }
    }

    /** CPUs as the kernel lists them: {@code 0-3,8}. */
    static BitSet parse(String list) {
        BitSet cpus = new BitSet();
        for (String range : list.isEmpty() ? new String[0] : list.split(",")) {
            int dash = range.indexOf('-');
            int low = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            cpus.set(low, (dash < 0 ? low : Integer.parseInt(range.substring(dash + 1))) + 1);
        }
        return cpus;
    }

    private static String numbers(List<Integer> list) {
        return Ground.list(list.stream().mapToInt(Integer::intValue).toArray());
    }
}
