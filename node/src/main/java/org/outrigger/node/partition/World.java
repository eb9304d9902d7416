package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuListException;
import org.outrigger.node.CpuSet;

/**
 * What wants are made from: the node, what it was before anything was changed, and the partitions that there are to be.
 */
final class World {
    private final NodeFiles files;
    private final Books books;
    private final List<Partition> partitions;

    World(NodeFiles files, Books books, Collection<Partition> partitions) {
        this.files = files;
        this.books = books;
        this.partitions = List.copyOf(partitions);
    }

    NodeFiles files() {
        return files;
    }

    Books books() {
        return books;
    }

    List<Partition> partitions() {
        return partitions;
    }

    /** The value that a file had before partitions changed it, which is the one it has where they did not. */
    Optional<String> before(Kind kind, String path) {
        Optional<Hold> hold = books.hold(kind, path);
        return hold.isPresent() ? hold.map(Hold::was) : files.read(path);
    }

    /** The CPUs that run. */
    CpuSet online() {
        return files.read("/sys/devices/system/cpu/online").flatMap(World::cpus).orElse(CpuSet.of(0));
    }

    /** The cores of all partitions that have a feature off. */
    CpuSet coresWithout(Feature feature) {
        CpuSet cores = CpuSet.EMPTY;
        for (Partition partition : partitions) {
            cores = partition.has(feature) ? cores : cores.union(partition.cores());
        }
        return cores;
    }

    /** The cores of all partitions. */
    CpuSet cores() {
        CpuSet cores = CpuSet.EMPTY;
        for (Partition partition : partitions) {
            cores = cores.union(partition.cores());
        }
        return cores;
    }

    /** The CPUs that run and belong to no partition. */
    CpuSet rest() {
        return online().minus(cores());
    }

    /** CPUs of a list as the kernel writes it; absent where it is something else. */
    static Optional<CpuSet> cpus(String list) {
        try {
            return Optional.of(BooksText.cpus(list));
        } catch (CpuListException other) {
            return Optional.empty();
        }
    }

    /** Everything that these partitions want of the node. */
    List<Want> wants() throws PartitionException {
        List<Want> wants = new ArrayList<>();
        if (!partitions.isEmpty()) {
            new PoolWants(this).add(wants);
            new SteeringWants(this).add(wants);
            Cpusets.of(files).add(this, wants);
            new ThreadWants(this).add(wants);
        }
        return wants;
    }
}
