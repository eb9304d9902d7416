package org.outrigger.node.partition;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuSet;

/**
 * The node as partitions see and change it. Paths are absolute, as the kernel documents them: {@code
 * /proc/irq/9/smp_affinity_list}. Synthetic in tests.
 */
public interface NodeFiles {

    /** The text of a file without the white space around; empty where there is no such file. */
    Optional<String> read(String path);

    /**
     * Writes to a file that is there, in one piece.
     *
     * @throws IOException with the reason that the kernel gave
     */
    void write(String path, String value) throws IOException;

    /** Makes a folder, which in a control group's file system is a group. */
    void makeFolder(String path) throws IOException;

    /** Removes an empty folder, or a group without processes and groups in it. */
    void removeFolder(String path) throws IOException;

    /** Whether this process may write to a file, or make folders in a folder. */
    boolean writable(String path);

    /** Whether there is such a file or folder. */
    boolean exists(String path);

    /** Names in a folder, sorted; none where there is no such folder. */
    List<String> names(String folder);

    /**
     * The CPUs that a thread may use; absent when the thread is gone.
     *
     * @param tid 0 for the calling thread
     */
    Optional<CpuSet> affinity(int tid);

    /**
     * Binds a thread to CPUs.
     *
     * @throws IOException when Linux refuses, as it does for threads that belong to one CPU
     */
    void bind(int tid, CpuSet cpus) throws IOException;
}
