package org.outrigger.node.topology;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.outrigger.node.CpuSet;

/** A tree of files that looks like sysfs of a machine with packages, dies, caches and NUMA nodes, to hwloc as well. */
final class SyntheticMachine {
    private static final int WORD_BITS = 32;

    /** Where a CPU is. */
    private record Seat(int socket, int die, int core, int node, int cache) {
    }

    private final Map<Integer, Seat> seats = new TreeMap<>();
    private final Map<Integer, CpuSet> initiators = new TreeMap<>();
    private CpuSet offline = CpuSet.EMPTY;

    /** Adds a CPU: the numbers that Linux gives to its package, die, core, node, and third-level cache, the last or -1. */
    SyntheticMachine cpu(int number, int socket, int die, int core, int node, int cache) {
        seats.put(number, new Seat(socket, die, core, node, cache));
        return this;
    }

    /**
     * A regular machine: nodes lie within packages.
     *
     * @param adjacent whether hardware threads of a core have neighbouring numbers
     * @param spread   whether neighbouring cores are in different packages
     * @param holes    whether numbers of cores leave some out
     */
    static SyntheticMachine regular(int sockets, int nodesEach, int coresEach, int threads, boolean adjacent, boolean spread,
            boolean holes) {
        SyntheticMachine machine = new SyntheticMachine();
        int cores = sockets * nodesEach * coresEach;
        for (int core = 0; core < cores; core++) {
            int socket = spread ? core % sockets : core / (nodesEach * coresEach);
            int inSocket = spread ? core / sockets : core % (nodesEach * coresEach);
            int node = socket * nodesEach + inSocket / coresEach;
            for (int thread = 0; thread < threads; thread++) {
                machine.cpu(adjacent ? core * threads + thread : core + thread * cores, socket, 0,
                        holes ? inSocket + inSocket / 3 * 5 : inSocket, node, -1);
            }
        }
        return machine;
    }

    SyntheticMachine offline(int... cpus) {
        offline = CpuSet.of(cpus);
        return this;
    }

    /** Adds a node without CPUs; the firmware says which nodes are nearest to it, or nothing. */
    SyntheticMachine memory(int node, int... nearest) {
        initiators.put(node, CpuSet.of(nearest));
        return this;
    }

    CpuSet online() {
        return select(cpu -> true);
    }

    private CpuSet select(IntPredicate which) {
        return CpuSet.of(seats.keySet().stream().mapToInt(Integer::intValue)
                .filter(cpu -> !offline.contains(cpu) && which.test(cpu)).toArray());
    }

    /** Writes the files; answers the root of sysfs. */
    Path write(Path root) throws IOException {
        Path sys = root.resolve("sys");
        Path system = sys.resolve("devices/system");
        put(system.resolve("cpu/online"), online());
        put(system.resolve("cpu/possible"), online().union(offline));
        put(root.resolve("proc/mounts"), "");
        for (int cpu : online()) {
            Seat seat = seats.get(cpu);
            Path folder = system.resolve("cpu/cpu" + cpu + "/topology");
            put(folder.resolve("physical_package_id"), seat.socket());
            put(folder.resolve("die_id"), seat.die());
            put(folder.resolve("core_id"), seat.core());
            sets(folder, "core_cpus", "core_cpus_list", select(other -> seats.get(other).socket() == seat.socket()
                    && seats.get(other).die() == seat.die() && seats.get(other).core() == seat.core()));
            sets(folder, "die_cpus", "die_cpus_list", select(other -> seats.get(other).socket() == seat.socket()
                    && seats.get(other).die() == seat.die()));
            sets(folder, "package_cpus", "package_cpus_list", select(other -> seats.get(other).socket() == seat.socket()));
            if (seat.cache() >= 0) {
                Path cache = system.resolve("cpu/cpu" + cpu + "/cache/index3");
                put(cache.resolve("level"), 3);
                put(cache.resolve("id"), seat.cache());
                put(cache.resolve("type"), "Unified");
                put(cache.resolve("size"), "8192K");
                sets(cache, "shared_cpu_map", "shared_cpu_list", select(other -> seats.get(other).cache() == seat.cache()));
            }
        }
        CpuSet nodes = CpuSet.of(seats.values().stream().mapToInt(Seat::node).toArray())
                .union(CpuSet.of(initiators.keySet().stream().mapToInt(Integer::intValue).toArray()));
        put(system.resolve("node/online"), nodes);
        for (int node : nodes) {
            Path folder = system.resolve("node/node" + node);
            sets(folder, "cpumap", "cpulist", select(cpu -> seats.get(cpu).node() == node));
            put(folder.resolve("meminfo"), "Node " + node + " MemTotal:       1048576 kB");
            for (int near : initiators.getOrDefault(node, CpuSet.EMPTY)) {
                Files.createDirectories(folder.resolve("access0/initiators/node" + near));
            }
        }
        return sys;
    }

    private static void sets(Path folder, String mask, String list, CpuSet cpus) throws IOException {
        put(folder.resolve(list), cpus);
        put(folder.resolve(mask), mask(cpus));
    }

    /** A set as the kernel writes masks: words of 32 bits in hexadecimal, the highest first. */
    private static String mask(CpuSet cpus) {
        int[] all = cpus.toArray();
        int words = all.length == 0 ? 1 : all[all.length - 1] / WORD_BITS + 1;
        StringBuilder text = new StringBuilder();
        for (int word = words - 1; word >= 0; word--) {
            int bits = 0;
            for (int cpu : all) {
                bits |= cpu / WORD_BITS == word ? 1 << cpu % WORD_BITS : 0;
            }
            text.append(text.isEmpty() ? "" : ",").append(String.format("%08x", bits));
        }
        return text.toString();
    }

    private static void put(Path file, Object text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
    }
}
