package org.outrigger.node.partition;

import java.util.List;
import org.outrigger.node.CpuSet;

/** Cores of which several CPUs are threads. Source: {@code Documentation/admin-guide/cputopology.rst}. */
final class Siblings {
    private Siblings() {
    }

    /** These CPUs and the others that run on the same cores. */
    static CpuSet wholeCores(NodeFiles files, CpuSet cpus) {
        CpuSet online = new World(files, new Books(""), List.of()).online();
        CpuSet whole = cpus;
        for (int cpu : cpus) {
            whole = whole.union(files.read("/sys/devices/system/cpu/cpu" + cpu + "/topology/thread_siblings_list")
                    .flatMap(World::cpus).orElse(CpuSet.EMPTY).intersection(online));
        }
        return whole;
    }
}
