package org.outrigger.kernel.memory;

import java.util.Arrays;
import java.util.List;

/**
 * What memory a job gets and how it is to be laid out, as the user asked for it.
 *
 * @param amounts    what the job is given, one for each NUMA node that was named; empty where there is no limit
 * @param guarantees bytes that are set aside for each rank; empty where there are none. Their sum is no more than the amounts'
 * @param heapPages  the largest pages for the heap
 * @param pages      the largest pages for other anonymous memory
 * @param stackPages the largest pages for stacks
 * @param pageFault  when memory gets its pages
 * @param nodes      from which NUMA nodes it gets them
 * @param heapStep   bytes by which Linux's break runs ahead of the application's; a multiple of the small page
 * @param heapKeep   bytes of heap that stay when the break goes down
 * @param premap     bytes of a stack that get their pages when it is made; 0 for none
 * @param stackMost  bytes that the main stack may have, 0 for what the caller's limit says
 * @param choice     what {@code nodes} and the amounts come to on this machine
 */
public record MemoryPlan(
        List<Amount> amounts,
        long[] guarantees,
        PageSize heapPages,
        PageSize pages,
        PageSize stackPages,
        PageFault pageFault,
        NodePolicy nodes,
        long heapStep,
        long heapKeep,
        long premap,
        long stackMost,
        NodeChoice choice) {

    /** What a run has that asks for nothing. */
    public static final MemoryPlan DEFAULT = new MemoryPlan(List.of(), new long[0], PageSize.GIGANTIC, PageSize.GIGANTIC,
            PageSize.LARGE, PageFault.DEMAND, NodePolicy.NORMAL, 4L << 20, Long.MAX_VALUE, 0, 0, NodeChoice.NONE);

    /** When memory gets its pages. */
    public enum PageFault {
        /** At the first touch, or ahead of it where that costs the program nothing. */
        DEMAND,
        /** In the call that allocates it. */
        MAP,
        /** When the program is launched, as much of it as the job is given; what is beyond that, as with {@link #MAP}. */
        LAUNCH
    }

    /** From which NUMA nodes pages come. */
    public enum NodePolicy {
        /** As Linux and the program have it. */
        NORMAL,
        /** In turn from each. */
        INTERLEAVE,
        /** From the node of the thread that touches them, or else the next one. */
        NEAREST,
        /** Each piece from one that is drawn. */
        RANDOM
    }

    /**
     * Memory of one node.
     *
     * @param bytes how much
     * @param node  number of the node, or {@link #ANY_NODE}
     */
    public record Amount(long bytes, int node) {
        /** Whichever node has it. */
        public static final int ANY_NODE = -1;
    }

    /** Copies what could change. */
    public MemoryPlan {
        amounts = List.copyOf(amounts);
        guarantees = guarantees.clone();
    }

    /** The same without transparent huge pages, which Linux has switched off for the job: large pages come from pools only. */
    public MemoryPlan withoutTransparent() {
        return new MemoryPlan(amounts, guarantees, PageSize.SMALL, pages, PageSize.SMALL, pageFault, nodes, heapStep, heapKeep,
                premap, stackMost, choice);
    }

    /** What is set aside for a rank, in bytes. */
    public long guarantee(int rank) {
        return rank < guarantees.length ? guarantees[rank] : 0;
    }

    @Override
    public long[] guarantees() {
        return guarantees.clone();
    }

    /** Bytes that a rank's memory gets their pages for ahead of use: what is set aside for it, or its share of all. */
    public long launchBytes(int rank, int ranks) {
        if (pageFault != PageFault.LAUNCH) {
            return 0;
        }
        return guarantee(rank) > 0 || !limited() ? guarantee(rank) : total() / ranks & -PageSize.LARGE.bytes();
    }

    /** Whether the job may not have more memory than it was given. */
    public boolean limited() {
        return !amounts.isEmpty();
    }

    /** Bytes that the job was given, {@link Long#MAX_VALUE} where there is no limit. */
    public long total() {
        return limited() ? amounts.stream().mapToLong(Amount::bytes).sum() : Long.MAX_VALUE;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MemoryPlan plan && amounts.equals(plan.amounts) && Arrays.equals(guarantees, plan.guarantees)
                && heapPages == plan.heapPages && pages == plan.pages && stackPages == plan.stackPages
                && pageFault == plan.pageFault && nodes == plan.nodes && heapStep == plan.heapStep && heapKeep == plan.heapKeep
                && premap == plan.premap && stackMost == plan.stackMost && choice.equals(plan.choice);
    }

    @Override
    public int hashCode() {
        return amounts.hashCode() * 31 + Arrays.hashCode(guarantees);
    }
}
