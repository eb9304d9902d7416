package org.outrigger.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.outrigger.kernel.boot.Seat;
import org.outrigger.kernel.memory.MemoryPlan;
import org.outrigger.node.CoreSplit;
import org.outrigger.node.CpuList;
import org.outrigger.node.CpuListException;
import org.outrigger.node.CpuSet;
import org.outrigger.node.Inventory;
import org.outrigger.node.MemoryList;
import org.outrigger.node.MemoryNodes;
import org.outrigger.node.partition.JobWish;
import org.outrigger.node.partition.Partition;
import org.outrigger.node.partition.PartitionException;
import org.outrigger.node.partition.Partitions;
import org.outrigger.node.partition.Place;

/** A run in a partition that there is. */
final class PartitionSeating implements Seating {
    private final Settings settings;
    private final Surroundings surroundings;
    private final String name;
    private final SeatMaker seats;
    private final CoreSplit cores;
    private Place place;
    private boolean taken;

    PartitionSeating(Settings settings, Surroundings surroundings, String name) throws RefusalException {
        this.settings = settings;
        this.surroundings = surroundings;
        this.name = name;
        this.seats = new SeatMaker(surroundings);
        try {
            Partition partition = partition();
            Inventory own = Cores.inventory(surroundings);
            place = seats.desk().offer(name, new JobWish(wanted(partition, own), Optional.empty()));
            CpuSet linux = place.linuxCores().intersection(own.allowed());
            linux = settings.cpus(Setting.LINUX_CPUS, own, surroundings).orElse(linux.isEmpty() ? place.linuxCores() : linux);
            CpuSet both = linux.intersection(partition.cores());
            if (!both.isEmpty()) {
                throw settings.bad(Setting.LINUX_CPUS, "CPU " + both + " is in partition '" + name + "'");
            }
            cores = new CoreSplit(place.cores(), linux, false);
        } catch (PartitionException refused) {
            throw settings.bad(Setting.PARTITION, refused.getMessage());
        }
    }

    private Partition partition() throws PartitionException, RefusalException {
        Optional<Partition> found = seats.partitions().find(name);
        if (found.isPresent()) {
            return found.get();
        }
        if (new Partitions(SeatMaker.NODE, OwnPartitions.folderOfRoot(surroundings)).find(name).isPresent()) {
            throw settings.bad(Setting.PARTITION, "partition '" + name + "' is root's: only root can run something in it");
        }
        return seats.partitions().named(name); // which says what there is
    }

    /** Cores by {@code --cpus}, where {@code all} and {@code +0} mean those of the partition. */
    private Optional<CpuSet> wanted(Partition partition, Inventory own) throws RefusalException {
        String text = settings.text(Setting.CPUS);
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(CpuList.parse(text, new Inventory(own.possible(), own.online(), partition.cores()),
                    surroundings.objectNames()));
        } catch (CpuListException refused) {
            throw settings.bad(Setting.CPUS, refused.getMessage() + (refused.problem() == CpuListException.Problem.NOT_ALLOWED
                    ? ", which are those of partition '" + name + "'" : ""));
        }
    }

    @Override
    public CoreSplit cores() {
        return cores;
    }

    @Override
    public MemoryAmounts amounts(int ranks) throws RefusalException {
        if (place.bytes() == 0) {
            return MemoryAmounts.of(settings, surroundings, ranks);
        }
        MemoryAmounts asked = MemoryAmounts.of(settings, surroundings, ranks, place.bytes());
        if (asked.amounts().isEmpty()) {
            return new MemoryAmounts(everything(), new long[0]);
        }
        List<MemoryList.Part> parts = asked.amounts().stream()
                .map(part -> new MemoryList.Part(part.bytes(), part.node())).toList();
        try {
            place = seats.desk().offer(name, new JobWish(place.wish().cores(), Optional.of(parts)));
        } catch (PartitionException refused) {
            throw settings.bad(settings.text(Setting.MEM) == null ? Setting.RANK_MEM : Setting.MEM, refused.getMessage());
        }
        return asked;
    }

    /** All of the place's memory; by NUMA node where there is more than one. */
    private List<MemoryPlan.Amount> everything() throws RefusalException {
        try {
            boolean several = MemoryNodes.read(surroundings.sys(), surroundings.procStatus()).usable().size() > 1;
            return !several ? List.of(new MemoryPlan.Amount(place.bytes(), MemoryPlan.Amount.ANY_NODE))
                    : place.memory().stream().map(pool -> new MemoryPlan.Amount(pool.bytes(), pool.node())).toList();
        } catch (IOException unknown) {
            throw settings.bad(Setting.PARTITION, "cannot find out the memory of this machine: " + unknown.getMessage());
        }
    }

    @Override
    public boolean realTime() {
        return place.partition().realTime();
    }

    @Override
    public Optional<Seat> planned() throws RefusalException {
        try {
            return Optional.of(seats.seat(place));
        } catch (PartitionException refused) {
            throw settings.bad(Setting.PARTITION, refused.getMessage());
        }
    }

    @Override
    public Optional<Seat> take(String program) throws RefusalException {
        try {
            Seat seat = seats.seat(place);
            seats.enter(place, program);
            taken = true;
            return Optional.of(seat);
        } catch (PartitionException refused) {
            throw settings.bad(Setting.PARTITION, refused.getMessage());
        }
    }

    @Override
    public void abandon() {
        if (taken) {
            taken = false;
            seats.leave();
        }
    }
}
