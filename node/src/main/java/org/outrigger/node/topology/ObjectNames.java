package org.outrigger.node.topology;

import java.io.IOException;
import java.nio.file.Path;
import org.outrigger.node.CpuListException.Problem;
import org.outrigger.node.CpuNameException;
import org.outrigger.node.CpuNames;
import org.outrigger.node.CpuSet;

/** Names of CPUs by the topology of the node, which is not looked at before the first well-formed name is asked for. */
public final class ObjectNames implements CpuNames {
    private final Path sys;
    private final String searchPath;
    private Topology topology;

    /**
     * @param sys        the root of sysfs, {@code /sys} outside tests
     * @param searchPath where hwloc's program may be, as the variable PATH has it; null where it is not to be asked
     */
    public ObjectNames(Path sys, String searchPath) {
        this.sys = sys;
        this.searchPath = searchPath;
    }

    @Override
    public CpuSet cpus(String word) throws CpuNameException {
        Location location = Location.parse(word);
        if (topology == null) {
            try {
                topology = TopologyReader.read(sys, TopologyReader.lstopo(searchPath));
            } catch (IOException | IllegalArgumentException unknown) {
                throw new CpuNameException(Problem.ABSENT, 1, "the node's topology cannot be found out: " + unknown.getMessage());
            }
        }
        return location.cpus(topology);
    }
}
