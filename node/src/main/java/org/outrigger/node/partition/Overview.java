package org.outrigger.node.partition;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.outrigger.node.CpuSet;

/** What can be seen of partitions and their node. Changes nothing and needs no privilege. */
public final class Overview {
    private final Partitions partitions;
    private final NodeFiles files;
    private final StateFolder state;

    Overview(Partitions partitions, NodeFiles files, StateFolder state) {
        this.partitions = partitions;
        this.files = files;
        this.state = state;
    }

    /** What can be seen of the partition of a name. */
    public Sight look(String name) throws PartitionException {
        return look(Partitions.named(partitions.list(), name));
    }

    /** What can be seen of a partition. */
    public Sight look(Partition partition) throws PartitionException {
        return new Looker(files, partitions.readable()).look(partition,
                partitions.unmovable(partition).stream().map(Unmovable::toString).toList(),
                partitions.strangers(partition).stream().filter(stranger -> !stranger.kernel()).map(Stranger::toString).toList(),
                partitions.jobs(partition.name()));
    }

    /** What can be seen of all partitions, by name. */
    public List<Sight> all() throws PartitionException {
        List<Sight> all = new ArrayList<>();
        for (Partition partition : partitions.list()) {
            all.add(look(partition));
        }
        return all;
    }

    /** The state of the books. */
    public BooksState books() throws PartitionException {
        Books books = partitions.readable();
        return new BooksState(state.folder().toString(), books.holds().size(), books.unfinished());
    }

    /** The {@code cgroup.procs} files of the groups that a job of a partition has to join, the one of its cores first. */
    public List<Path> members(Partition partition) throws PartitionException {
        List<String> groups = new ArrayList<>(new Looker(files, partitions.readable()).groups(partition));
        String cores = partitions.group(partition);
        groups.remove(cores);
        groups.addFirst(cores);
        return groups.stream().map(group -> Path.of(group, "cgroup.procs")).toList();
    }

    /** CPUs with all others that run on the same cores. */
    public CpuSet wholeCores(CpuSet cpus) {
        return Siblings.wholeCores(files, cpus);
    }

    /** The memory of the NUMA nodes. */
    public List<NodeMemory> memory() {
        return NodeMemory.all(files);
    }
}
