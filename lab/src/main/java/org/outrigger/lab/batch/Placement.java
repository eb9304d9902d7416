package org.outrigger.lab.batch;

import java.io.IOException;
import org.outrigger.host.Syscalls;
import org.outrigger.lab.arms.Confinement;

/**
 * Keeps this process on the Linux cores while it starts programs elsewhere: a program begins with the affinity of the thread
 * that starts it. Belongs to one thread.
 */
final class Placement {
    private final Syscalls linux = new Syscalls();
    private final int[] own;

    /** Binds every thread of this process to these CPUs. */
    Placement(int[] own) throws IOException {
        this.own = own.clone();
        Confinement.confine(linux, own);
    }

    /** Starts a process that may use these CPUs. */
    Process start(ProcessBuilder builder, int[] cpus) throws IOException {
        Confinement.bindCaller(linux, cpus);
        try {
            return builder.start();
        } finally {
            // Threads that the start has made in this process have the affinity of this one.
            Confinement.confine(linux, own);
        }
    }
}
