package org.outrigger.node.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.outrigger.node.CpuSet;

/** Sets of CPUs that lie within each other, and the order that they give to the CPUs: hwloc's logical one. */
final class Nest {
    private final CpuSet cpus;
    private final List<Nest> inner = new ArrayList<>();

    /** @param cpus the outermost set */
    Nest(CpuSet cpus) {
        this.cpus = cpus;
    }

    /** Adds a set that lies within this one; a set that crosses one that is there already is left out, as hwloc does. */
    void add(CpuSet set) {
        if (set.isEmpty() || set.equals(cpus)) {
            return;
        }
        for (Nest part : inner) {
            if (part.cpus.containsAll(set)) {
                part.add(set);
                return;
            }
        }
        for (Nest part : inner) {
            if (!part.cpus.intersection(set).isEmpty() && !set.containsAll(part.cpus)) {
                return;
            }
        }
        Nest added = new Nest(set);
        for (Iterator<Nest> parts = inner.iterator(); parts.hasNext();) {
            Nest part = parts.next();
            if (set.containsAll(part.cpus)) {
                added.inner.add(part);
                parts.remove();
            }
        }
        inner.add(added);
    }

    /** The CPUs, those of each set next to each other; among sets side by side that with the smallest number comes first. */
    List<Integer> order() {
        List<Integer> order = new ArrayList<>();
        order(order);
        return order;
    }

    private void order(List<Integer> order) {
        inner.sort(Comparator.comparingInt(part -> part.cpus.first()));
        CpuSet done = CpuSet.EMPTY;
        int next = 0;
        for (int cpu : cpus) {
            if (next < inner.size() && inner.get(next).cpus.first() == cpu) {
                inner.get(next).order(order);
                done = done.union(inner.get(next).cpus);
                next++;
            } else if (!done.contains(cpu)) {
                order.add(cpu);
            }
        }
    }
}
