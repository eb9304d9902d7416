package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuSet;

/**
 * The memory of one NUMA node, as far as partitions can have it. Sources: {@code /sys/devices/system/node/node*} of
 * {@code Documentation/ABI/stable/sysfs-devices-node}, {@code /proc/zoneinfo} of proc(5).
 *
 * @param number    the node's number
 * @param total     its bytes; 0 for a node with CPUs only
 * @param available bytes that nobody uses or that Linux can take back at once, caches of files and reclaimable slabs, less what
 *                  Linux keeps free for itself
 * @param pageSizes sizes of pages, in bytes, that it has pools for
 */
public record NodeMemory(int number, long total, long available, List<Long> pageSizes) {
    private static final String NODES = "/sys/devices/system/node";
    private static final int KIB = 1024;
    private static final int SMALL_PAGE = 4096;
    private static final List<String> RECLAIMABLE = List.of("MemFree:", "Active(file):", "Inactive(file):", "SReclaimable:");

    /** Copies what could change. */
    public NodeMemory {
        pageSizes = List.copyOf(pageSizes);
    }

    /** All nodes that are on line, by ascending numbers. */
    static List<NodeMemory> all(NodeFiles files) {
        List<NodeMemory> nodes = new ArrayList<>();
        for (int number : files.read(NODES + "/online").flatMap(World::cpus).orElse(CpuSet.EMPTY)) {
            nodes.add(of(files, number));
        }
        return nodes;
    }

    /** A node by number. */
    static Optional<NodeMemory> find(NodeFiles files, int number) {
        return all(files).stream().filter(node -> node.number == number).findFirst();
    }

    private static NodeMemory of(NodeFiles files, int number) {
        String folder = NODES + "/node" + number;
        String meminfo = files.read(folder + "/meminfo").orElse("");
        long available = -kept(files.read("/proc/zoneinfo").orElse(""), number);
        for (String key : RECLAIMABLE) {
            available += bytes(meminfo, key);
        }
        List<Long> sizes = new ArrayList<>();
        for (String name : files.names(folder + "/hugepages")) {
            sizes.add(Long.parseLong(name.replaceAll("[^0-9]", "")) * KIB);
        }
        sizes.sort(null);
        return new NodeMemory(number, bytes(meminfo, "MemTotal:"), Math.max(0, available), sizes);
    }

    private static long bytes(String meminfo, String key) {
        for (String line : meminfo.split("\n")) {
            int at = line.indexOf(" " + key);
            if (at >= 0) {
                return Long.parseLong(line.substring(at + key.length() + 1).replace("kB", "").strip()) * KIB;
            }
        }
        return 0;
    }

    /** Bytes below which Linux begins to take memory back: the high water marks of the node's zones. */
    private static long kept(String zones, int number) {
        long pages = 0;
        boolean own = false;
        for (String line : zones.split("\n")) {
            String[] words = line.strip().split("[ ,]+");
            if (words[0].equals("Node")) {
                own = words[1].equals(Integer.toString(number));
            } else if (own && words[0].equals("high") && words.length == 2) {
                pages += Long.parseLong(words[1]);
            }
        }
        return pages * SMALL_PAGE;
    }
}
