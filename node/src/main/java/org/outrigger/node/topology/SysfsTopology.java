package org.outrigger.node.topology;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.outrigger.node.CpuList;
import org.outrigger.node.CpuListException;
import org.outrigger.node.CpuSet;

/**
 * The topology as Linux tells it below {@code /sys/devices/system} (Documentation/admin-guide/cputopology.rst,
 * Documentation/ABI/stable/sysfs-devices-node). CPUs that are off line take no part.
 *
 * <p>Parts are counted in hwloc's order: what is shared, be it a package, a die, a cache, or a NUMA node, keeps its CPUs
 * together. Only the groups that hwloc makes out of distances between NUMA nodes are not made here.
 */
final class SysfsTopology {
    /** The caches of a CPU have few levels. */
    private static final int[] LEVELS = {4, 3, 2, 1};

    private final Path system;
    private final CpuSet online;
    private final List<Found> found = new ArrayList<>();
    /** What has no kind here, and yet keeps its CPUs together. */
    private final List<CpuSet> clusters = new ArrayList<>();

    private SysfsTopology(Path system) throws IOException {
        this.system = system;
        online = list(system.resolve("cpu/online"));
    }

    /** The CPUs that are on line. */
    static CpuSet online(Path sys) throws IOException {
        return list(sys.resolve("devices/system/cpu/online"));
    }

    /**
     * Reads what there is now.
     *
     * @param sys the root of sysfs, {@code /sys} outside tests
     * @throws IOException for a file that is missing or does not hold what it should
     */
    static Topology read(Path sys) throws IOException {
        return new SysfsTopology(sys.resolve("devices/system")).topology();
    }

    private Topology topology() throws IOException {
        cpus();
        caches();
        nodes();
        Nest nest = new Nest(online);
        for (ObjectKind kind : new ObjectKind[] {ObjectKind.PACKAGE, ObjectKind.DIE, ObjectKind.CORE}) {
            found.stream().filter(object -> object.kind() == kind).forEach(object -> nest.add(object.cpus()));
        }
        clusters.forEach(nest::add);
        found.stream().filter(object -> object.kind() == ObjectKind.NUMANODE).forEach(object -> nest.add(object.cpus()));
        Map<Integer, Integer> ranks = new TreeMap<>();
        for (int cpu : nest.order()) {
            ranks.put(cpu, ranks.size());
            found.add(new Found(ObjectKind.PU, cpu, CpuSet.of(cpu)));
        }
        found.add(new Found(ObjectKind.MACHINE, 0, online));
        // Parts of a kind that lie within each other exist among NUMA nodes alone: there the inner ones come first.
        found.sort(Comparator.comparingInt((Found object) -> last(object.cpus(), ranks))
                .thenComparingInt(object -> object.cpus().size()).thenComparingInt(Found::physical));
        return Topology.of(found, "sysfs");
    }

    private static int last(CpuSet cpus, Map<Integer, Integer> ranks) {
        int last = -1;
        for (int cpu : cpus) {
            last = Math.max(last, ranks.get(cpu));
        }
        return last < 0 ? Integer.MAX_VALUE : last;
    }

    /** Packages, dies and cores, from the numbers in the folder of each CPU. */
    private void cpus() throws IOException {
        Map<Integer, CpuSet> packages = new TreeMap<>();
        Map<List<Integer>, CpuSet> dies = new TreeMap<>(Comparator.comparing((List<Integer> key) -> key.get(0))
                .thenComparing(key -> key.get(1)));
        CpuSet inCores = CpuSet.EMPTY;
        for (int cpu : online) {
            Path folder = system.resolve("cpu/cpu" + cpu + "/topology");
            int socket = number(folder.resolve("physical_package_id"));
            if (socket >= 0) {
                packages.merge(socket, CpuSet.of(cpu), CpuSet::union);
            }
            int die = number(folder.resolve("die_id"));
            if (die >= 0) {
                dies.merge(List.of(socket, die), CpuSet.of(cpu), CpuSet::union);
            }
            if (!inCores.contains(cpu)) {
                CpuSet core = shared(folder, "core_cpus_list", "thread_siblings_list");
                if (!core.isEmpty()) {
                    found.add(new Found(ObjectKind.CORE, number(folder.resolve("core_id")), core));
                    inCores = inCores.union(core);
                }
            }
            clusters.add(shared(folder, "cluster_cpus_list"));
        }
        packages.forEach((number, cpus) -> found.add(new Found(ObjectKind.PACKAGE, number, cpus)));
        dies.forEach((key, cpus) -> {
            // A package of one piece is not told of twice; a die of one CPU is what kernels say that know of no dies.
            if (cpus.size() > 1 && !cpus.equals(packages.get(key.get(0)))) {
                found.add(new Found(ObjectKind.DIE, key.get(1), cpus));
            }
        });
    }

    private void caches() throws IOException {
        for (int level : LEVELS) {
            CpuSet seen = CpuSet.EMPTY;
            for (int cpu : online) {
                if (seen.contains(cpu)) {
                    continue;
                }
                for (Path cache : folders(system.resolve("cpu/cpu" + cpu + "/cache"), "index*")) {
                    if (number(cache.resolve("level")) == level && !text(cache.resolve("type")).equals("Instruction")) {
                        CpuSet cpus = shared(cache, "shared_cpu_list");
                        cache(level, number(cache.resolve("id")), cpus);
                        seen = seen.union(cpus);
                    }
                }
            }
        }
    }

    private void cache(int level, int number, CpuSet cpus) {
        clusters.add(cpus);
        if ((level == 3 || level == 2) && !cpus.isEmpty()) {
            found.add(new Found(level == 2 ? ObjectKind.L2 : ObjectKind.L3, number, cpus));
        }
    }

    /** NUMA nodes; a node of memory alone has the CPUs that the firmware says are nearest to it, where it says so. */
    private void nodes() throws IOException {
        Path root = system.resolve("node");
        CpuSet numbers = Files.exists(root.resolve("online")) ? list(root.resolve("online")) : CpuSet.EMPTY;
        if (numbers.isEmpty()) {
            found.add(new Found(ObjectKind.NUMANODE, 0, online));
        }
        for (int number : numbers) {
            CpuSet cpus = shared(root.resolve("node" + number), "cpulist");
            if (cpus.isEmpty()) {
                for (Path initiator : folders(root.resolve("node" + number + "/access0/initiators"), "node*")) {
                    cpus = cpus.union(shared(root.resolve(initiator.getFileName()), "cpulist"));
                }
            }
            found.add(new Found(ObjectKind.NUMANODE, number, cpus));
        }
    }

    /** The CPUs of the first of these files that is there, those on line; none where none is. */
    private CpuSet shared(Path folder, String... names) throws IOException {
        for (String name : names) {
            if (Files.exists(folder.resolve(name))) {
                return list(folder.resolve(name)).intersection(online);
            }
        }
        return CpuSet.EMPTY;
    }

    private static List<Path> folders(Path root, String pattern) throws IOException {
        List<Path> folders = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, pattern)) {
            entries.forEach(folders::add);
        } catch (NoSuchFileException | NotDirectoryException none) {
            return List.of();
        }
        folders.sort(Comparator.naturalOrder());
        return folders;
    }

    private static CpuSet list(Path file) throws IOException {
        try {
            return CpuList.plain(text(file));
        } catch (CpuListException broken) {
            throw new IOException(file + ": " + broken.getMessage(), broken);
        }
    }

    /** The number in a file; {@link TopologyObject#UNKNOWN} where there is no file, or the number is negative. */
    private static int number(Path file) throws IOException {
        if (!Files.exists(file)) {
            return TopologyObject.UNKNOWN;
        }
        try {
            return Math.max(TopologyObject.UNKNOWN, Integer.parseInt(text(file)));
        } catch (NumberFormatException broken) {
            throw new IOException(file + ": '" + text(file) + "' is not a number", broken);
        }
    }

    private static String text(Path file) throws IOException {
        return String.join("\n", Files.readAllLines(file, StandardCharsets.ISO_8859_1)).strip();
    }
}
