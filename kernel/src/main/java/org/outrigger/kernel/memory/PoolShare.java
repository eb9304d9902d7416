package org.outrigger.kernel.memory;

/**
 * Pages of Linux's huge-page pools of one size on one NUMA node.
 *
 * @param node      number of the node, or {@link #ANY_NODE}
 * @param pageBytes size of a page, as {@link PageSize#LARGE} or {@link PageSize#GIGANTIC} has it
 * @param pages     how many, 0 or more
 */
public record PoolShare(int node, long pageBytes, long pages) {
    /** Whichever node has them. */
    public static final int ANY_NODE = -1;

    /** Refuses what cannot be. */
    public PoolShare {
        if (node < ANY_NODE || pages < 0 || pageBytes != PageSize.LARGE.bytes() && pageBytes != PageSize.GIGANTIC.bytes()) {
            throw new IllegalArgumentException(pages + " pages of " + pageBytes + " bytes on node " + node);
        }
    }

    /** Their size. */
    public PageSize size() {
        return pageBytes == PageSize.LARGE.bytes() ? PageSize.LARGE : PageSize.GIGANTIC;
    }

    /** All of them together. */
    public long bytes() {
        return pages * pageBytes;
    }
}
