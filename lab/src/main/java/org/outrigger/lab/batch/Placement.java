package org.outrigger.lab.batch;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.outrigger.host.Affinity;
import org.outrigger.host.Syscalls;

/**
 * Keeps this process on the Linux cores while it starts programs elsewhere: a program begins with the affinity of the thread
 * that starts it. Belongs to one thread.
 */
final class Placement {
    private static final Path TASKS = Path.of("/proc/self/task");

    private final Syscalls linux = new Syscalls();
    private final int[] own;

    /** Binds every thread of this process to these CPUs. */
    Placement(int[] own) throws IOException {
        this.own = own.clone();
        bindThisProcess();
    }

    /** Starts a process that may use these CPUs. */
    Process start(ProcessBuilder builder, int[] cpus) throws IOException {
        bind(0, cpus);
        try {
            return builder.start();
        } finally {
            // Threads that the start has made in this process have the affinity of this one.
            bindThisProcess();
        }
    }

    private void bindThisProcess() throws IOException {
        bind(0, own);
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(TASKS)) {
            for (Path thread : threads) {
                // A thread that has ended since it was listed need not be bound.
                Affinity.bind(linux, Integer.parseInt(thread.getFileName().toString()), own);
            }
        }
    }

    private void bind(int thread, int[] cpus) throws IOException {
        long error = Affinity.bind(linux, thread, cpus);
        if (error < 0) {
            throw new IOException("a thread cannot be bound to its CPUs: errno " + -error);
        }
    }
}
