package org.outrigger.kernel.memory;

import java.util.List;

/**
 * Which NUMA nodes the memory of a job comes from, decided for the machine that it runs on. Nodes are Linux's numbers, ascending.
 *
 * @param ranks the policy that each rank begins with; empty where ranks keep the one that they inherit
 * @param drawn the nodes of which one is drawn for each extent of an arena; empty where none is drawn
 * @param bound the nodes outside of which a drawn extent must not get pages; empty where it may
 */
public record NodeChoice(List<Policy> ranks, List<Integer> drawn, List<Integer> bound) {
    /** Linux decides, as for any program. */
    public static final NodeChoice NONE = new NodeChoice(List.of(), List.of(), List.of());

    /**
     * A policy as {@code set_mempolicy(2)} takes it.
     *
     * @param mode  one of {@code Mempolicy.MPOL_*}
     * @param nodes of the policy, empty for those that name none
     */
    public record Policy(int mode, List<Integer> nodes) {
        /** Copies what could change. */
        public Policy {
            nodes = List.copyOf(nodes);
        }
    }

    /** Copies what could change. */
    public NodeChoice {
        ranks = List.copyOf(ranks);
        drawn = List.copyOf(drawn);
        bound = List.copyOf(bound);
    }
}
