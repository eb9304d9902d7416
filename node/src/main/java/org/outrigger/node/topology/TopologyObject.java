package org.outrigger.node.topology;

import org.outrigger.node.CpuSet;

/**
 * A part of the node.
 *
 * @param kind     what it is
 * @param logical  its number among all of its kind, from 0 and without holes, in the order in which hwloc shows them
 * @param physical the number that Linux, or the firmware, gives it; not unique where parts of a package are counted in each
 *                 package; {@link #UNKNOWN} where it has none
 * @param cpus     Linux's numbers of its CPUs that are on line; none for memory that is near to no CPU
 */
public record TopologyObject(ObjectKind kind, int logical, int physical, CpuSet cpus) {
    /** The physical number of what has none. */
    public static final int UNKNOWN = -1;

    /** As it is written in a list: {@code core:3}. */
    @Override
    public String toString() {
        return kind.key() + ":" + logical;
    }
}
