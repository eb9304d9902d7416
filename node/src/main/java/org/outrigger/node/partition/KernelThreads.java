package org.outrigger.node.partition;

import java.util.Optional;

/** Which processes are threads of the kernel. Source: {@code proc(5)}, {@code /proc/PID/stat}. */
final class KernelThreads {
    private static final int PARENT_OF_ALL = 2;
    private static final int PARENT_AFTER_NAME = 1;

    private KernelThreads() {
    }

    /** The name of a kernel thread; absent for other processes and for none. */
    static Optional<String> name(NodeFiles files, int pid) {
        return files.read("/proc/" + pid + "/stat").flatMap(stat -> {
            int end = stat.lastIndexOf(')');
            String[] fields = stat.substring(end + 1).strip().split(" ");
            boolean ofKernel = pid == PARENT_OF_ALL || fields[PARENT_AFTER_NAME].equals(Integer.toString(PARENT_OF_ALL));
            return ofKernel ? Optional.of(stat.substring(stat.indexOf('(') + 1, end)) : Optional.empty();
        });
    }
}
