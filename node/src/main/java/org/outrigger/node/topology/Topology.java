package org.outrigger.node.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.outrigger.node.CpuSet;

/**
 * How the CPUs of the node that are on line belong together, and how its parts are counted.
 *
 * <p>Logical numbers are those of hwloc(7) for all that is on line ({@code lstopo --disallowed}): whether this process may use
 * it plays no part, so that a name means the same to everybody on the node.
 */
public final class Topology {
    private final Map<ObjectKind, List<TopologyObject>> objects = new EnumMap<>(ObjectKind.class);
    private final CpuSet cpus;
    private final String source;
    private final Optional<String> note;

    private Topology(List<Found> found, String source, Optional<String> note) {
        this.source = source;
        this.note = note;
        for (ObjectKind kind : ObjectKind.values()) {
            List<TopologyObject> counted = new ArrayList<>();
            for (Found object : found) {
                if (object.kind() == kind) {
                    counted.add(new TopologyObject(kind, counted.size(), object.physical(), object.cpus()));
                }
            }
            objects.put(kind, List.copyOf(counted));
        }
        cpus = union(objects.get(ObjectKind.PU));
        if (cpus.isEmpty()) {
            throw new IllegalArgumentException("a node without a CPU");
        }
    }

    /**
     * Counts what was found.
     *
     * @param found  the parts, those of one kind in the order of their logical numbers
     * @param source {@code hwloc} or {@code sysfs}
     */
    static Topology of(List<Found> found, String source) {
        return new Topology(found, source, Optional.empty());
    }

    /** The same with a word about how it came about. */
    Topology noted(String text) {
        List<Found> found = new ArrayList<>();
        for (List<TopologyObject> kind : objects.values()) {
            kind.forEach(object -> found.add(new Found(object.kind(), object.physical(), object.cpus())));
        }
        return new Topology(found, source, Optional.of(text));
    }

    /** Who told it: {@code hwloc} or {@code sysfs}. */
    public String source() {
        return source;
    }

    /** Why hwloc, though installed, was not believed. */
    public Optional<String> note() {
        return note;
    }

    /** The CPUs that are on line. */
    public CpuSet cpus() {
        return cpus;
    }

    /** All parts of a kind, by ascending logical number; none where the node does not tell of such. */
    public List<TopologyObject> objects(ObjectKind kind) {
        return objects.get(kind);
    }

    /** The parts of a kind that lie wholly within some CPUs, memory without CPUs left out, by ascending logical number. */
    public List<TopologyObject> within(ObjectKind kind, CpuSet set) {
        return objects.get(kind).stream()
                .filter(object -> !object.cpus().isEmpty() && set.containsAll(object.cpus())).toList();
    }

    /**
     * The smallest part of a kind that has a CPU; the first among equals. A CPU has two NUMA nodes, for example, where a second
     * kind of memory is near to it.
     */
    public Optional<TopologyObject> of(ObjectKind kind, int cpu) {
        TopologyObject smallest = null;
        for (TopologyObject object : objects.get(kind)) {
            if (object.cpus().contains(cpu) && (smallest == null || object.cpus().size() < smallest.cpus().size())) {
                smallest = object;
            }
        }
        return Optional.ofNullable(smallest);
    }

    /** The CPUs of the core that a CPU belongs to, itself among them; itself alone where the node tells of no cores. */
    public CpuSet siblings(int cpu) {
        return of(ObjectKind.CORE, cpu).map(TopologyObject::cpus).orElse(CpuSet.of(cpu));
    }

    /** The CPUs of all cores that have a CPU in a set: the set with the siblings of its members. */
    public CpuSet wholeCores(CpuSet set) {
        CpuSet whole = set;
        for (TopologyObject core : objects.get(ObjectKind.CORE)) {
            if (!core.cpus().intersection(set).isEmpty()) {
                whole = whole.union(core.cpus());
            }
        }
        return whole;
    }

    /** The cores of which a set has some CPUs and lacks others, by ascending logical number. */
    public List<TopologyObject> splitCores(CpuSet set) {
        return objects.get(ObjectKind.CORE).stream()
                .filter(core -> !core.cpus().intersection(set).isEmpty() && !set.containsAll(core.cpus())).toList();
    }

    private static CpuSet union(List<TopologyObject> parts) {
        return CpuSet.of(parts.stream().flatMapToInt(part -> Arrays.stream(part.cpus().toArray())).toArray());
    }
}
