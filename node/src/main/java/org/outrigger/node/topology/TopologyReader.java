package org.outrigger.node.topology;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Finds out the topology of the node: from hwloc where it is installed and says what Linux says, else from sysfs. */
public final class TopologyReader {
    /** How long hwloc may take; large nodes need some tenths of a second. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** More than a node of 4,096 CPUs has to tell. */
    private static final int MOST_BYTES = 16 << 20;
    private static final int PIECE = 1 << 16;
    private static final String[] PROGRAMS = {"lstopo-no-graphics", "lstopo"};

    private TopologyReader() {
    }

    /**
     * Reads what there is now.
     *
     * @param sys    the root of sysfs, {@code /sys} outside tests
     * @param lstopo hwloc's program; empty where it is not to be asked
     * @return what hwloc tells; what sysfs tells, with a note, where hwloc fails or tells of other CPUs than are on line
     * @throws IOException when sysfs cannot be read
     */
    public static Topology read(Path sys, Optional<Path> lstopo) throws IOException {
        return read(sys, lstopo, PATIENCE);
    }

    static Topology read(Path sys, Optional<Path> lstopo, Duration patience) throws IOException {
        if (lstopo.isEmpty()) {
            return SysfsTopology.read(sys);
        }
        String fault;
        try {
            Topology hwloc = HwlocTopology.parse(output(lstopo.get(), patience));
            if (hwloc.cpus().equals(SysfsTopology.online(sys))) {
                return hwloc;
            }
            fault = "it tells of the CPUs " + hwloc.cpus() + ", which are not those on line";
        } catch (IOException broken) {
            fault = broken.getMessage();
        }
        return SysfsTopology.read(sys).noted("hwloc is not believed: " + lstopo.get() + ": " + fault);
    }

    /**
     * hwloc's program in a search path.
     *
     * @param searchPath folders as the variable PATH has them, or null
     */
    public static Optional<Path> lstopo(String searchPath) {
        for (String program : PROGRAMS) {
            for (String folder : searchPath == null ? new String[0] : searchPath.split(File.pathSeparator)) {
                try {
                    Path file = Path.of(folder).resolve(program);
                    if (file.isAbsolute() && Files.isRegularFile(file) && Files.isExecutable(file)) {
                        return Optional.of(file);
                    }
                } catch (InvalidPathException noFolder) {
                    // The next may be one.
                }
            }
        }
        return Optional.empty();
    }

    private static byte[] output(Path program, Duration patience) throws IOException {
        // All that is on line, whoever may use it; devices are left out, for they take time.
        ProcessBuilder builder = new ProcessBuilder(program.toString(), "--disallowed", "--no-io", "--of", "xml")
                .redirectError(ProcessBuilder.Redirect.DISCARD).redirectInput(new File("/dev/null"));
        // This node is wanted, not one that the user plays with.
        builder.environment().keySet().removeIf(name -> name.startsWith("HWLOC_"));
        Process process = builder.start();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        Thread reader = new Thread(() -> copy(process.getInputStream(), text), "hwloc");
        reader.setDaemon(true);
        reader.start();
        try {
            reader.join(patience);
            if (reader.isAlive() || !process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("no answer within " + patience.toMillis() + " ms");
            }
            if (process.exitValue() != 0) {
                throw new IOException("exit status " + process.exitValue());
            }
            return text.toByteArray();
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", asked);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** Reads to the end, or to more than can be right; then the program meets a closed pipe. */
    private static void copy(InputStream in, ByteArrayOutputStream to) {
        byte[] piece = new byte[PIECE];
        try (in) {
            for (int n = in.read(piece); n >= 0 && to.size() < MOST_BYTES; n = in.read(piece)) {
                to.write(piece, 0, n);
            }
        } catch (IOException ended) {
            // What was read is broken, and is seen to be when it is parsed.
        }
    }
}
