package org.outrigger.node.partition;

import java.util.Optional;

/**
 * Which processes are threads of the kernel. Source: {@code proc(5)}, {@code /proc/PID/stat}; the flags are those of {@code
 * include/linux/sched.h} of Linux.
 */
final class KernelThreads {
    /** {@code PF_NO_SETAFFINITY}: nobody may bind it. */
    private static final long BOUND = 0x0400_0000;
    private static final int PARENT_OF_ALL = 2;
    private static final int PARENT_AFTER_NAME = 1;
    private static final int FLAGS_AFTER_NAME = 6;

    private KernelThreads() {
    }

    /** The name of a kernel thread; absent for other processes and for none. */
    static Optional<String> name(NodeFiles files, int pid) {
        return files.read("/proc/" + pid + "/stat").flatMap(stat -> {
            String[] fields = afterName(stat);
            boolean ofKernel = pid == PARENT_OF_ALL || fields[PARENT_AFTER_NAME].equals(Integer.toString(PARENT_OF_ALL));
            return ofKernel ? Optional.of(stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'))) : Optional.empty();
        });
    }

    /** Whether a thread refuses to be bound to other CPUs than it has. */
    static boolean bound(NodeFiles files, int pid) {
        return files.read("/proc/" + pid + "/stat").map(KernelThreads::afterName)
                .filter(fields -> fields.length > FLAGS_AFTER_NAME)
                .map(fields -> (Long.parseLong(fields[FLAGS_AFTER_NAME]) & BOUND) != 0).orElse(false);
    }

    private static String[] afterName(String stat) {
        return stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
    }
}
