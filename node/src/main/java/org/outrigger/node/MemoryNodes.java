package org.outrigger.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The NUMA nodes of the machine as one process sees them: what memory each has, how far they are from each other, and which of
 * them the process may take memory from.
 *
 * <p>Source: {@code /sys/devices/system/node} (Documentation/ABI/stable/sysfs-devices-node), {@code Mems_allowed_list} of
 * proc(5). A machine whose kernel knows of no nodes counts as one node, number 0, with all its CPUs.
 */
public final class MemoryNodes {
    /** The distance of a node from itself, as the firmware's tables have it. */
    private static final int LOCAL = 10;
    /** What stands for a distance that sysfs does not tell. */
    private static final int REMOTE = 20;
    private static final String ALLOWED_KEY = "Mems_allowed_list:";
    private static final int KILO = 1024;

    private final List<MemoryNode> nodes;
    private final int[][] distances;
    private final CpuSet allowed;

    private MemoryNodes(List<MemoryNode> nodes, int[][] distances, CpuSet allowed) {
        this.nodes = List.copyOf(nodes);
        this.distances = distances;
        this.allowed = allowed;
    }

    /**
     * Reads what there is now.
     *
     * @param sys    the root of sysfs, {@code /sys} outside tests
     * @param status the process's status file, {@code /proc/self/status} outside tests
     * @throws IOException for a file that is missing or does not hold what it should
     */
    public static MemoryNodes read(Path sys, Path status) throws IOException {
        Path root = sys.resolve("devices/system/node");
        int[] online = Files.exists(root.resolve("online")) ? list(root.resolve("online")).toArray() : new int[0];
        List<MemoryNode> nodes = new ArrayList<>();
        int[][] distances = new int[Math.max(online.length, 1)][];
        for (int i = 0; i < online.length; i++) {
            Path node = root.resolve("node" + online[i]);
            Path memory = node.resolve("meminfo");
            nodes.add(new MemoryNode(online[i], kilobytes(memory, "MemTotal:"), kilobytes(memory, "MemFree:"),
                    list(node.resolve("cpulist")), pools(node.resolve("hugepages"))));
            distances[i] = distances(node.resolve("distance"), i, online.length);
        }
        if (nodes.isEmpty()) {
            distances[0] = new int[] {LOCAL};
            nodes.add(whole(sys, status));
        }
        int[] numbers = nodes.stream().mapToInt(MemoryNode::number).toArray();
        return new MemoryNodes(nodes, distances, allowed(status, CpuSet.of(numbers)));
    }

    private static MemoryNode whole(Path sys, Path status) throws IOException {
        Path memory = status.toAbsolutePath().getParent().resolveSibling("meminfo");
        Path cpus = sys.resolve("devices/system/cpu/online");
        return new MemoryNode(0, kilobytes(memory, "MemTotal:"), kilobytes(memory, "MemFree:"),
                Files.exists(cpus) ? list(cpus) : Inventory.allowedCpus(status), pools(sys.resolve("kernel/mm/hugepages")));
    }

    private static CpuSet allowed(Path status, CpuSet otherwise) throws IOException {
        for (String line : text(status).split("\n")) {
            if (line.startsWith(ALLOWED_KEY)) {
                return plain(status, line.substring(ALLOWED_KEY.length())).intersection(otherwise);
            }
        }
        return otherwise; // a kernel without cpusets
    }

    private static List<MemoryNode.Pool> pools(Path root) throws IOException {
        List<MemoryNode.Pool> pools = new ArrayList<>();
        List<Path> folders;
        try (Stream<Path> found = Files.list(root)) {
            folders = found.toList();
        } catch (NoSuchFileException none) {
            return pools; // a kernel without huge pages, or a node without memory
        }
        for (Path folder : folders) {
            String name = folder.getFileName().toString(); // hugepages-2048kB
            String size = name.substring(name.indexOf('-') + 1, name.length() - "kB".length());
            pools.add(new MemoryNode.Pool(number(folder, size) * KILO,
                    number(folder, text(folder.resolve("nr_hugepages")).strip()),
                    number(folder, text(folder.resolve("free_hugepages")).strip())));
        }
        pools.sort(Comparator.comparingLong(MemoryNode.Pool::pageBytes));
        return pools;
    }

    /** A row of the matrix of distances; Linux lists them in the order of the online nodes. */
    private static int[] distances(Path file, int own, int count) throws IOException {
        int[] row = new int[count];
        Arrays.fill(row, REMOTE);
        row[own] = LOCAL;
        if (Files.exists(file)) {
            String[] words = text(file).strip().split(" +");
            for (int i = 0; i < Math.min(count, words.length); i++) {
                row[i] = (int) number(file, words[i]);
            }
        }
        return row;
    }

    private static long kilobytes(Path file, String key) throws IOException {
        for (String line : text(file).split("\n")) {
            int at = line.indexOf(key);
            if (at >= 0) {
                return number(file, line.substring(at + key.length()).replace("kB", "").strip()) * KILO;
            }
        }
        throw new IOException(file + " has no line " + key);
    }

    private static long number(Path file, String text) throws IOException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException broken) {
            throw new IOException(file + ": '" + text + "' is not a number", broken);
        }
    }

    private static CpuSet list(Path file) throws IOException {
        return plain(file, text(file));
    }

    private static CpuSet plain(Path file, String text) throws IOException {
        try {
            return CpuList.plain(text.strip());
        } catch (CpuListException broken) {
            throw new IOException(file + ": " + broken.getMessage(), broken);
        }
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    /** All of them that are online, by ascending numbers. */
    public List<MemoryNode> nodes() {
        return nodes;
    }

    /** The node with a number. */
    public Optional<MemoryNode> node(int number) {
        return nodes.stream().filter(node -> node.number() == number).findFirst();
    }

    /** Numbers of the nodes that have memory which the process may have: those of its cpuset. */
    public CpuSet usable() {
        int[] numbers = nodes.stream().filter(node -> node.totalBytes() > 0 && allowed.contains(node.number()))
                .mapToInt(MemoryNode::number).toArray();
        return CpuSet.of(numbers);
    }

    /**
     * How far a node is from some CPUs: from the nearest of them.
     *
     * @return the distance as firmware tables tell it, 10 for local
     */
    public int distance(CpuSet cpus, int number) {
        int to = index(number);
        int least = Integer.MAX_VALUE;
        for (int from = 0; from < nodes.size(); from++) {
            if (!nodes.get(from).cpus().intersection(cpus).isEmpty()) {
                least = Math.min(least, distances[from][to]);
            }
        }
        return least;
    }

    private int index(int number) {
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i).number() == number) {
                return i;
            }
        }
        throw new IllegalArgumentException("there is no node " + number);
    }

    /**
     * Those of {@code from} that are nearest to some CPUs: for each CPU the node, or the nodes, with the least distance.
     *
     * @param cpus what is to be near
     * @param from numbers of nodes to choose from
     * @return numbers of nodes; empty only if one of the operands is
     */
    public CpuSet nearest(CpuSet cpus, CpuSet from) {
        CpuSet result = CpuSet.EMPTY;
        for (int i = 0; i < nodes.size(); i++) {
            if (!nodes.get(i).cpus().intersection(cpus).isEmpty()) {
                int[] row = distances[i];
                int least = Arrays.stream(from.toArray()).map(number -> row[index(number)]).min().orElse(0);
                int[] near = Arrays.stream(from.toArray()).filter(number -> row[index(number)] == least).toArray();
                result = result.union(CpuSet.of(near));
            }
        }
        return result.isEmpty() ? from : result;
    }

    /**
     * The node with usable memory that is nearest to some CPUs on average; among equals the lowest number.
     *
     * @return empty when no memory is usable
     */
    public OptionalInt nearest(CpuSet cpus) {
        long least = Long.MAX_VALUE;
        OptionalInt nearest = OptionalInt.empty();
        for (int number : usable()) {
            long sum = 0;
            for (int from = 0; from < nodes.size(); from++) {
                sum += (long) nodes.get(from).cpus().intersection(cpus).size() * distances[from][index(number)];
            }
            if (sum < least) {
                least = sum;
                nearest = OptionalInt.of(number);
            }
        }
        return nearest;
    }

    /** Numbers of {@code from}, the nearest to some CPUs first; among equals the lower number first. */
    public int[] byDistance(CpuSet cpus, CpuSet from) {
        return Arrays.stream(from.toArray()).boxed()
                .sorted(Comparator.comparingInt((Integer number) -> distance(cpus, number))
                        .thenComparing(Comparator.naturalOrder()))
                .mapToInt(Integer::intValue).toArray();
    }
}
