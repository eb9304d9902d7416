package org.outrigger.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The CPUs of the node as one process sees them.
 *
 * @param possible the CPUs that the kernel could ever bring up ({@code /sys/devices/system/cpu/possible})
 * @param online   the CPUs that are running now ({@code /sys/devices/system/cpu/online})
 * @param allowed  the CPUs that the process may run on: its affinity, confined to its cpuset; a subset of {@code online}
 */
public record Inventory(CpuSet possible, CpuSet online, CpuSet allowed) {
    private static final String ALLOWED_KEY = "Cpus_allowed_list:";

    /** Checks that somebody may run somewhere. */
    public Inventory {
        allowed = allowed.intersection(online);
        if (allowed.isEmpty()) {
            throw new IllegalArgumentException("no online CPU is allowed");
        }
    }

    /**
     * Reads the inventory; where the machine hides a sysfs file, the allowed CPUs stand in for it.
     *
     * @param sys     the root of sysfs, {@code /sys} outside tests
     * @param allowed what {@code sched_getaffinity(2)} answered
     * @throws IOException for a file that cannot be read or does not hold a CPU list
     */
    public static Inventory read(Path sys, CpuSet allowed) throws IOException {
        Path cpu = sys.resolve("devices/system/cpu");
        CpuSet online = listFile(cpu.resolve("online"), allowed);
        return new Inventory(listFile(cpu.resolve("possible"), online), online, allowed);
    }

    /**
     * The CPUs a process may run on, from {@code Cpus_allowed_list} of {@code /proc/PID/status} (proc(5)).
     *
     * @param status the status file, {@code /proc/self/status} outside tests
     * @throws IOException when the file cannot be read or has no such line
     */
    public static CpuSet allowedCpus(Path status) throws IOException {
        String text = Files.readString(status, StandardCharsets.ISO_8859_1);
        int start = text.indexOf("\n" + ALLOWED_KEY);
        if (start < 0) {
            throw new IOException(status + " has no line " + ALLOWED_KEY);
        }
        start += 1 + ALLOWED_KEY.length();
        int end = text.indexOf('\n', start);
        return plainList(status, text.substring(start, end < 0 ? text.length() : end));
    }

    private static CpuSet listFile(Path file, CpuSet otherwise) throws IOException {
        try {
            return plainList(file, Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException hidden) {
            return otherwise;
        }
    }

    private static CpuSet plainList(Path file, String text) throws IOException {
        try {
            return CpuList.plain(text.strip());
        } catch (CpuListException broken) {
            throw new IOException(file + ": " + broken.getMessage(), broken);
        }
    }
}
