package org.outrigger.lab.arms;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.outrigger.host.Affinity;
import org.outrigger.host.Syscalls;

/** Binds this process, all its threads, to CPUs, so that it does not disturb what it measures on others. */
public final class Confinement {
    private static final Path TASKS = Path.of("/proc/self/task");

    private Confinement() {
    }

    /** Binds every thread of this process; those made later have the affinity of their makers. */
    public static void confine(Syscalls linux, int[] cpus) throws IOException {
        bindCaller(linux, cpus);
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(TASKS)) {
            for (Path thread : threads) {
                // A thread that has ended since it was listed need not be bound.
                Affinity.bind(linux, Integer.parseInt(thread.getFileName().toString()), cpus);
            }
        }
    }

    /** Binds the calling thread. */
    public static void bindCaller(Syscalls linux, int[] cpus) throws IOException {
        long error = Affinity.bind(linux, 0, cpus);
        if (error < 0) {
            throw new IOException("a thread cannot be bound to its CPUs: errno " + -error);
        }
    }
}
