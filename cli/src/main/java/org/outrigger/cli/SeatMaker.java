package org.outrigger.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.outrigger.host.share.JobName;
import org.outrigger.kernel.boot.Seat;
import org.outrigger.kernel.memory.PoolShare;
import org.outrigger.node.CpuSet;
import org.outrigger.node.MemoryNode;
import org.outrigger.node.MemoryNodes;
import org.outrigger.node.partition.Feature;
import org.outrigger.node.partition.JobDesk;
import org.outrigger.node.partition.NodeFiles;
import org.outrigger.node.partition.Owner;
import org.outrigger.node.partition.Partition;
import org.outrigger.node.partition.PartitionException;
import org.outrigger.node.partition.Partitions;
import org.outrigger.node.partition.Place;
import org.outrigger.node.partition.PoolPages;
import org.outrigger.node.partition.RunningJob;
import org.outrigger.node.partition.StateFolder;
import org.outrigger.node.partition.SystemFiles;

/** Makes seats for the job of this process, whose number is that of the launcher which the user started. */
final class SeatMaker {
    /** The node that this process is on. */
    static final NodeFiles NODE = new SystemFiles();

    private final Surroundings surroundings;
    private final StateFolder folder;
    private final Partitions partitions;
    private final int number;
    private SeatLink link;

    SeatMaker(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.folder = OwnPartitions.folder(surroundings);
        this.partitions = new Partitions(NODE, folder);
        this.number = (int) ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(ProcessHandle.current().pid())
                .longValue();
    }

    Partitions partitions() {
        return partitions;
    }

    JobDesk desk() {
        return new JobDesk(partitions());
    }

    /** The launcher, with which a partition of this job's own ends. */
    Owner owner() {
        return Owner.of(NODE, number).orElseThrow();
    }

    /** The seat for a place. */
    Seat seat(Place place) throws PartitionException {
        Partition partition = place.partition();
        List<PoolShare> pools = partition.memory().isEmpty() ? everybodys() : SeatLink.shares(place.memory());
        link = new SeatLink(partitions(), folder, number, surroundings.err());
        return new Seat(partition.name(), partitions().overview().members(partition), !partition.has(Feature.THP), pools, link);
    }

    /** Pages that belong to no partition: a partition without memory of its own leaves its jobs what others have too. */
    private List<PoolShare> everybodys() throws PartitionException {
        List<PoolPages> held = pagesOf(partitions());
        List<PoolShare> pools = new ArrayList<>();
        try {
            for (MemoryNode memory : MemoryNodes.read(surroundings.sys(), surroundings.procStatus()).nodes()) {
                for (MemoryNode.Pool pool : memory.pools()) {
                    long taken = held.stream().filter(pages -> pages.node() == memory.number()
                            && pages.pageBytes() == pool.pageBytes()).mapToLong(PoolPages::pages).sum();
                    if (pool.total() > taken) {
                        pools.add(new PoolShare(memory.number(), pool.pageBytes(), pool.total() - taken));
                    }
                }
            }
            return pools;
        } catch (IOException unknown) {
            throw new PartitionException("cannot find out the memory of this machine: " + unknown.getMessage(), unknown);
        }
    }

    /** Pages that belong to partitions, in use or not: what their jobs free is theirs again. */
    static List<PoolPages> pagesOf(Partitions partitions) throws PartitionException {
        List<PoolPages> held = new ArrayList<>();
        partitions.list().forEach(partition -> held.addAll(partition.memory()));
        return held;
    }

    /** The place is this job's. */
    void enter(Place place, String program) throws PartitionException {
        Owner self = Owner.of(NODE, (int) ProcessHandle.current().pid()).orElseThrow();
        Path file = Path.of(program).getFileName();
        desk().enter(place, new RunningJob(place.partition().name(), owner(), self,
                surroundings.environment().getOrDefault(JobName.VARIABLE, ""), file == null ? program : file.toString(),
                CpuSet.EMPTY, false, List.of(), false), link::open);
    }

    /** The job has not begun after all. */
    void leave() {
        if (link != null) {
            link.close();
        }
        try {
            desk().leave(number);
        } catch (PartitionException refused) {
            surroundings.err().print("outrigger: " + refused.getMessage() + "\n");
        }
    }
}
