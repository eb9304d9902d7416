package org.outrigger.node.partition;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.outrigger.node.MemorySize;

/** The pages of partitions in the pools of the NUMA nodes. */
final class PoolWants {
    private final World world;

    PoolWants(World world) {
        this.world = world;
    }

    void add(List<Want> wants) {
        Map<String, PoolPages> sums = new TreeMap<>();
        for (Partition partition : world.partitions()) {
            for (PoolPages pages : partition.memory()) {
                sums.merge(pages.file(), pages,
                        (one, other) -> new PoolPages(one.node(), one.pageBytes(), one.pages() + other.pages()));
            }
        }
        sums.forEach((file, pages) -> wants.add(new Want(Phase.MEMORY, Kind.POOL, file, Long.toString(pages.pages()), true,
                pages.pages() + " pages of " + MemorySize.text(pages.pageBytes()) + " on NUMA node " + pages.node())));
    }
}
