package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.outrigger.node.CpuSet;
import org.outrigger.node.MemoryList;
import org.outrigger.node.MemoryNodes;
import org.outrigger.node.MemorySize;

/**
 * The pages that amounts of memory come to: whole pages on the NUMA node that is named, else spread evenly over those nearest to
 * the cores, where one that has less gives what it has.
 */
public final class PageChoice {
    /** The usual huge page. */
    public static final long USUAL = 2L << 20;
    /** The largest. */
    public static final long LARGE = 1L << 30;

    private final MemoryNodes nodes;
    private final Map<Integer, Long> available = new HashMap<>();

    /**
     * On a machine of which so much can be had.
     *
     * @param own pages that are free for this choice beside it
     */
    public PageChoice(MemoryNodes nodes, List<NodeMemory> there, List<PoolPages> own) {
        this.nodes = nodes;
        there.forEach(node -> available.put(node.number(), node.available()));
        own.forEach(pages -> available.merge(pages.node(), pages.bytes(), Long::sum));
    }

    /** Bytes that can be had of the nodes that this process may use. */
    public long available() {
        long sum = 0;
        for (int number : nodes.usable()) {
            sum += available.getOrDefault(number, 0L);
        }
        return sum;
    }

    /**
     * The pages.
     *
     * @param parts     what is wanted
     * @param cores     the cores that those without a node are to be near
     * @param pageBytes the size of a page
     * @return by node; no node twice
     * @throws PartitionException when there is too little
     */
    public List<PoolPages> of(List<MemoryList.Part> parts, CpuSet cores, long pageBytes) throws PartitionException {
        Map<Integer, Long> counts = new TreeMap<>();
        for (MemoryList.Part part : parts) {
            if (part.node() != MemoryList.ANY_NODE) {
                take(counts, part.node(), pages(part.bytes(), pageBytes), pageBytes);
            }
        }
        for (MemoryList.Part part : parts) {
            if (part.node() == MemoryList.ANY_NODE) {
                spread(counts, nodes.nearest(cores, nodes.usable()), pages(part.bytes(), pageBytes), pageBytes);
            }
        }
        List<PoolPages> result = new ArrayList<>();
        counts.forEach((node, count) -> result.add(new PoolPages(node, pageBytes, count)));
        return result;
    }

    private static long pages(long bytes, long pageBytes) {
        return bytes / pageBytes + (bytes % pageBytes == 0 ? 0 : 1);
    }

    private long room(int node, long pageBytes) {
        return available.getOrDefault(node, 0L) / pageBytes;
    }

    private void take(Map<Integer, Long> counts, int node, long count, long pageBytes) throws PartitionException {
        if (count > room(node, pageBytes)) {
            throw new PartitionException("NUMA node " + node + " has no " + MemorySize.text(count * pageBytes) + " in pages of "
                    + MemorySize.text(pageBytes) + ": " + MemoryText.about(available.getOrDefault(node, 0L))
                    + " are free or can be taken back");
        }
        available.merge(node, -count * pageBytes, Long::sum);
        counts.merge(node, count, Long::sum);
    }

    private void spread(Map<Integer, Long> counts, CpuSet near, long count, long pageBytes) throws PartitionException {
        List<Integer> open = new ArrayList<>();
        long there = 0;
        for (int node : near) {
            open.add(node);
            there += room(node, pageBytes);
        }
        if (count > there) {
            throw new PartitionException("the NUMA nodes nearest to the cores (" + near + ") have no "
                    + MemorySize.text(count * pageBytes) + " in pages of " + MemorySize.text(pageBytes) + ": "
                    + MemorySize.text(there * pageBytes) + " are free or can be taken back");
        }
        long left = count;
        while (left > 0) {
            open.removeIf(node -> room(node, pageBytes) == 0);
            long share = Math.max(1, left / open.size());
            for (int node : List.copyOf(open)) {
                long taken = Math.min(left, Math.min(share, room(node, pageBytes)));
                take(counts, node, taken, pageBytes);
                left -= taken;
            }
        }
    }

    /**
     * Pages less an amount: of the node that is named, else of those that have most; small pages first.
     *
     * @throws PartitionException when they are fewer
     */
    public static List<PoolPages> less(List<PoolPages> pages, List<MemoryList.Part> parts) throws PartitionException {
        List<PoolPages> left = new ArrayList<>(pages);
        for (MemoryList.Part part : parts) {
            long bytes = part.bytes();
            while (bytes > 0) {
                int at = next(left, part.node());
                if (at < 0) {
                    throw new PartitionException("the partition has no " + MemorySize.text(part.bytes())
                            + (part.node() == MemoryList.ANY_NODE ? "" : " on NUMA node " + part.node()) + " to give");
                }
                PoolPages from = left.get(at);
                left.set(at, new PoolPages(from.node(), from.pageBytes(), from.pages() - 1));
                bytes -= from.pageBytes();
            }
        }
        left.removeIf(some -> some.pages() == 0);
        return left;
    }

    private static int next(List<PoolPages> pages, int node) {
        int best = -1;
        for (int i = 0; i < pages.size(); i++) {
            PoolPages candidate = pages.get(i);
            boolean fits = candidate.pages() > 0 && (node == MemoryList.ANY_NODE || candidate.node() == node);
            if (fits && (best < 0 || candidate.pageBytes() < pages.get(best).pageBytes()
                    || candidate.pageBytes() == pages.get(best).pageBytes() && candidate.pages() > pages.get(best).pages())) {
                best = i;
            }
        }
        return best;
    }

    /** Both together, each node and size of page once. */
    public static List<PoolPages> sum(List<PoolPages> one, List<PoolPages> other) {
        Map<String, PoolPages> sums = new TreeMap<>();
        for (List<PoolPages> some : List.of(one, other)) {
            for (PoolPages pages : some) {
                sums.merge(pages.file(), pages,
                        (first, second) -> new PoolPages(first.node(), first.pageBytes(), first.pages() + second.pages()));
            }
        }
        return List.copyOf(sums.values());
    }
}
