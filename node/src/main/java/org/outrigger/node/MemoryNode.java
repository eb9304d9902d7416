package org.outrigger.node;

import java.util.List;

/**
 * One NUMA node of the machine.
 *
 * @param number     Linux's number of it
 * @param totalBytes its memory, 0 for a node with CPUs only
 * @param freeBytes  what of that nobody uses; Linux can also take back what it caches
 * @param cpus       its online CPUs; none for memory alone, such as high-bandwidth memory or what hangs on a CXL bus
 * @param pools      its pools of huge pages, smallest first
 */
public record MemoryNode(int number, long totalBytes, long freeBytes, CpuSet cpus, List<Pool> pools) {

    /**
     * Huge pages of one size.
     *
     * @param pageBytes bytes of a page
     * @param total     pages in the pool
     * @param free      those that nobody uses
     */
    public record Pool(long pageBytes, long total, long free) {
    }

    /** Copies what could change. */
    public MemoryNode {
        pools = List.copyOf(pools);
    }

    /** The pool of one page size, empty where Linux has none. */
    public Pool pool(long pageBytes) {
        for (Pool pool : pools) {
            if (pool.pageBytes() == pageBytes) {
                return pool;
            }
        }
        return new Pool(pageBytes, 0, 0);
    }
}
