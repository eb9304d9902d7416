package org.outrigger.node.topology;

import org.outrigger.node.CpuSet;

/** A part of the node before it is counted: {@link TopologyObject} without a logical number. */
record Found(ObjectKind kind, int physical, CpuSet cpus) {
}
