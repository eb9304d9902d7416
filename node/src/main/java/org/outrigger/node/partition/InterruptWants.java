package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.outrigger.node.CpuMask;
import org.outrigger.node.CpuSet;

/**
 * Interrupts: away from the cores that they are to leave, and to the Linux cores of partitions that keep their devices. Those
 * that are known not to be movable are not asked to. Source: {@code Documentation/core-api/irq/irq-affinity.rst} of Linux.
 */
final class InterruptWants {
    private static final String NODES = "/sys/devices/system/node";

    private final World world;
    private final Interrupts interrupts;

    InterruptWants(World world) {
        this.world = world;
        this.interrupts = new Interrupts(world.files());
    }

    void add(List<Want> wants) {
        CpuSet always = CpuSet.EMPTY;
        Map<Partition, Set<Integer>> some = new LinkedHashMap<>();
        Map<Integer, CpuSet> kept = new LinkedHashMap<>();
        for (Partition partition : world.partitions()) {
            Optional<Set<Integer>> leaving = interrupts.leaving(partition);
            always = leaving.isEmpty() ? always.union(partition.cores()) : always;
            leaving.ifPresent(numbers -> some.put(partition, numbers));
            for (String device : partition.devices()) {
                interrupts.named(device).forEach(number -> kept.put(number, linuxCores(partition)));
            }
        }
        fresh(wants, always);
        for (int number : interrupts.numbers()) {
            CpuSet quiet = always;
            for (Map.Entry<Partition, Set<Integer>> entry : some.entrySet()) {
                quiet = entry.getValue().contains(number) ? quiet.union(entry.getKey().cores()) : quiet;
            }
            one(wants, number, quiet, Optional.ofNullable(kept.get(number)));
        }
    }

    private void fresh(List<Want> wants, CpuSet quiet) {
        String file = Interrupts.FOLDER + "/default_smp_affinity";
        Optional<String> mask = world.before(Kind.VALUE, file);
        Optional<CpuSet> was = mask.map(CpuMask::parse);
        if (was.isPresent() && !was.get().intersection(quiet).isEmpty()) {
            CpuSet aim = away(was.get(), quiet);
            wants.add(new Want(Phase.STEERING, Kind.VALUE, file, CpuMask.text(aim, mask.get()), false,
                    "new interrupts to CPU " + aim));
        }
    }

    private void one(List<Want> wants, int number, CpuSet quiet, Optional<CpuSet> linux) {
        String file = Interrupts.FOLDER + "/" + number + "/smp_affinity_list";
        CpuSet was = world.before(Kind.VALUE, file).flatMap(World::cpus).orElse(CpuSet.EMPTY);
        if (was.isEmpty() || world.files().writeProtected(file)) {
            return;
        }
        CpuSet aim = linux.map(cpus -> was.intersection(cpus).isEmpty() ? cpus : was.intersection(cpus))
                .orElseGet(() -> was.intersection(quiet).isEmpty() ? was : away(was, quiet));
        if (!aim.equals(was)) {
            List<String> actions = interrupts.actions(number);
            wants.add(new Want(Phase.STEERING, Kind.VALUE, file, aim.toString(), false, "interrupt " + number
                    + (actions.isEmpty() ? "" : " (" + String.join(", ", actions) + ")") + " to CPU " + aim));
        }
    }

    /** What goes to the quiet cores among others goes to the others only; what goes nowhere else, to all others. */
    private CpuSet away(CpuSet was, CpuSet quiet) {
        CpuSet left = was.minus(quiet).intersection(world.online());
        return left.isEmpty() ? world.rest() : left;
    }

    /** The Linux cores of a partition: those that it names, else those of no partition that are nearest to it. */
    private CpuSet linuxCores(Partition partition) {
        if (!partition.linuxCores().isEmpty()) {
            return partition.linuxCores();
        }
        for (int node : byDistance(partition.cores().first())) {
            CpuSet near = cpus(node).intersection(world.rest());
            if (!near.isEmpty()) {
                return near;
            }
        }
        return world.rest();
    }

    private CpuSet cpus(int node) {
        return world.files().read(NODES + "/node" + node + "/cpulist").flatMap(World::cpus).orElse(CpuSet.EMPTY);
    }

    /** The NUMA nodes, the one of a CPU first. */
    private List<Integer> byDistance(int cpu) {
        Set<Integer> online = new TreeSet<>();
        world.files().read(NODES + "/online").flatMap(World::cpus).orElse(CpuSet.EMPTY).forEach(online::add);
        List<Integer> nodes = new ArrayList<>(online);
        Optional<Integer> own = online.stream().filter(node -> cpus(node).contains(cpu)).findFirst();
        if (own.isPresent()) {
            // A row has the distances to the nodes on line, in the order of their numbers.
            String[] row = world.files().read(NODES + "/node" + own.get() + "/distance").orElse("").strip().split("\\s+");
            List<Integer> order = List.copyOf(nodes);
            nodes.sort((one, other) -> Integer.compare(distance(row, order.indexOf(one)), distance(row, order.indexOf(other))));
        }
        return nodes;
    }

    private static int distance(String[] row, int place) {
        return place < row.length && row[place].matches("[0-9]{1,9}") ? Integer.parseInt(row[place]) : Integer.MAX_VALUE;
    }
}
