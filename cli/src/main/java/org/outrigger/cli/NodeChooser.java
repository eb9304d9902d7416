package org.outrigger.cli;

import java.util.Arrays;
import java.util.List;
import org.outrigger.abi.Mempolicy;
import org.outrigger.host.NumaPolicy;
import org.outrigger.kernel.memory.MemoryPlan.NodePolicy;
import org.outrigger.kernel.memory.NodeChoice;
import org.outrigger.kernel.memory.NodeChoice.Policy;
import org.outrigger.node.CpuSet;
import org.outrigger.node.MemoryNodes;

/**
 * Decides which NUMA nodes the ranks of a job take memory from.
 *
 * <p>Nothing comes from outside the cpuset, nor from outside what {@code numactl --membind} allowed around the command. Nodes
 * that were named with amounts are all of the job; otherwise each rank's are those nearest to its cores.
 */
final class NodeChooser {
    private final MemoryNodes nodes;
    private final CpuSet named;
    private final CpuSet usable;
    private final boolean confined;

    /**
     * @param inherited the policy that the command was started under
     * @param named     numbers of the nodes that amounts were given of; empty where they were given of none
     * @throws IllegalArgumentException when no node is left
     */
    NodeChooser(MemoryNodes nodes, NumaPolicy inherited, CpuSet named) {
        this.nodes = nodes;
        this.named = named;
        int[] bound = inherited.nodes().stream().mapToInt(Integer::intValue).toArray();
        CpuSet allowed = inherited.binds() ? nodes.usable().intersection(CpuSet.of(bound)) : nodes.usable();
        usable = named.isEmpty() ? allowed : named.intersection(allowed);
        confined = inherited.binds() || !named.isEmpty();
        if (!usable.containsAll(named)) {
            throw new IllegalArgumentException("memory of node " + named.minus(usable) + " is not to be had (nodes: " + allowed
                    + ")");
        }
        if (usable.isEmpty()) {
            throw new IllegalArgumentException("no NUMA node is left to take memory from");
        }
    }

    /** @param rankCores the cores of each rank */
    NodeChoice choose(NodePolicy policy, List<CpuSet> rankCores) {
        return switch (policy) {
            case NORMAL -> named.isEmpty() ? NodeChoice.NONE : same(Mempolicy.MPOL_BIND, usable, rankCores.size());
            case INTERLEAVE -> new NodeChoice(rankCores.stream()
                    .map(cores -> new Policy(Mempolicy.MPOL_INTERLEAVE, list(near(cores)))).toList(), List.of(), List.of());
            case NEAREST -> confined ? same(Mempolicy.MPOL_BIND, usable, rankCores.size()) // Linux takes the nearest
                    : same(Mempolicy.MPOL_LOCAL, CpuSet.EMPTY, rankCores.size());
            case RANDOM -> {
                CpuSet all = near(rankCores.stream().reduce(CpuSet.EMPTY, CpuSet::union));
                yield new NodeChoice(same(Mempolicy.MPOL_INTERLEAVE, all, rankCores.size()).ranks(), list(all),
                        confined ? list(usable) : List.of());
            }
        };
    }

    private CpuSet near(CpuSet cores) {
        return named.isEmpty() ? nodes.nearest(cores, usable) : usable;
    }

    private static NodeChoice same(int mode, CpuSet nodes, int ranks) {
        Policy[] policies = new Policy[ranks];
        Arrays.fill(policies, new Policy(mode, list(nodes)));
        return new NodeChoice(List.of(policies), List.of(), List.of());
    }

    private static List<Integer> list(CpuSet nodes) {
        return Arrays.stream(nodes.toArray()).boxed().toList();
    }
}
