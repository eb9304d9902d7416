package org.outrigger.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What {@code /proc} tells about a process and its memory, see proc(5). */
final class ProcessMemory {

    private ProcessMemory() { }

    /** Whether the process runs the {@code java} launcher; false if it is gone. */
    static boolean isJvm(long pid) {
        try {
            return Files.readSymbolicLink(proc(pid, "exe")).endsWith("java");
        } catch (IOException e) {
            return false; // it has ended since it was listed
        }
    }

    /**
     * The peak resident memory of a process: {@code VmHWM}, which counts pages of shared files too.
     *
     * @param pid process id
     * @return bytes; empty if the process is gone
     */
    static OptionalLong peakBytes(long pid) {
        try {
            return peakBytes(Files.readString(proc(pid, "status")));
        } catch (IOException e) {
            return OptionalLong.empty(); // it has ended since it was listed
        }
    }

    /** The same from the text of {@code /proc/PID/status}; a process that is about to be reaped has no such line. */
    static OptionalLong peakBytes(String status) {
        return status.lines()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst();
    }

    /** The CPUs on which this process may run, in Linux list syntax. */
    static String allowedCpus() throws IOException {
        return Files.readString(Path.of("/proc/self/status")).lines()
                .filter(line -> line.startsWith("Cpus_allowed_list:"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst().orElse("unknown");
    }

    private static Path proc(long pid, String file) {
        return Path.of("/proc", Long.toString(pid), file);
    }
}
