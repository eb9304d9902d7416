package org.outrigger.node.partition;

/**
 * Huge pages of one NUMA node.
 *
 * @param node      the node's number
 * @param pageBytes the size of a page, 2 MiB or 1 GiB
 * @param pages     how many
 */
public record PoolPages(int node, long pageBytes, long pages) {
    private static final int KIB = 1024;

    /** All of them, in bytes. */
    public long bytes() {
        return pageBytes * pages;
    }

    /** The file with the size of the pool that they are in. Source: {@code Documentation/admin-guide/mm/hugetlbpage.rst}. */
    public String file() {
        return "/sys/devices/system/node/node" + node + "/hugepages/hugepages-" + pageBytes / KIB + "kB/nr_hugepages";
    }
}
