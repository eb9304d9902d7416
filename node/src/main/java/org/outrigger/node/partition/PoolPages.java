package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

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

    /** As books have it: {@code NODE:PAGE_BYTES:PAGES} with commas between; empty for none. */
    static String text(List<PoolPages> memory) {
        return memory.stream().map(pages -> pages.node() + ":" + pages.pageBytes() + ":" + pages.pages())
                .collect(Collectors.joining(","));
    }

    /** Reads {@link #text}. */
    static List<PoolPages> parse(String text) {
        List<PoolPages> memory = new ArrayList<>();
        for (String word : text.isEmpty() ? new String[0] : text.split(",")) {
            String[] numbers = word.split(":", -1);
            if (numbers.length != 3) {
                throw new IllegalArgumentException(word);
            }
            memory.add(new PoolPages(Integer.parseInt(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2])));
        }
        return memory;
    }
}
