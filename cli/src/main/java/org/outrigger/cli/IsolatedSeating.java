package org.outrigger.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.outrigger.kernel.boot.Seat;
import org.outrigger.kernel.memory.MemoryPlan;
import org.outrigger.node.CoreSplit;
import org.outrigger.node.CpuList;
import org.outrigger.node.CpuListException;
import org.outrigger.node.CpuSet;
import org.outrigger.node.MemoryNode;
import org.outrigger.node.MemoryNodes;
import org.outrigger.node.partition.JobWish;
import org.outrigger.node.partition.Partition;
import org.outrigger.node.partition.PartitionException;
import org.outrigger.node.partition.Place;
import org.outrigger.node.partition.PoolPages;

/**
 * A run in a partition that is made for it and goes with it, as far as this user may make one. What cannot be done is said, and
 * the run goes on with what there is.
 */
final class IsolatedSeating implements Seating {
    private static final long PAGE = 2L << 20;
    private static final String SIBLINGS = "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list";

    private final Settings settings;
    private final Surroundings surroundings;
    private final SeatMaker seats;
    private final CoreSplit cores;
    private final List<String> notes = new ArrayList<>();
    private List<PoolPages> memory = List.of();
    private Retreat retreat;
    private boolean taken;

    IsolatedSeating(Settings settings, Surroundings surroundings) throws RefusalException {
        this.settings = settings;
        this.surroundings = surroundings;
        this.seats = new SeatMaker(surroundings);
        mend();
        Cores asked = Cores.of(settings, surroundings);
        this.cores = asked.lwkChosen() ? asked.split() : whole(asked.split());
    }

    /** What a run that was killed has set apart comes back first: else there would be no cores for this one. */
    private void mend() {
        try {
            notes.addAll(seats.partitions().refresh());
        } catch (PartitionException refused) {
            // It is told when the partition is made.
        }
    }

    /** Without the CPUs whose siblings in a core are Linux's. */
    private CoreSplit whole(CoreSplit split) {
        CpuSet torn = CpuSet.EMPTY;
        for (int cpu : split.lwk()) {
            CpuSet siblings = siblings(cpu);
            torn = siblings.intersection(split.linux()).isEmpty() ? torn : torn.union(CpuSet.of(cpu));
        }
        CpuSet left = split.lwk().minus(torn);
        if (torn.isEmpty() || split.shared()) {
            return split;
        }
        if (left.isEmpty()) {
            notes.add("CPU " + torn + " shares its core with Linux: there is no whole core for the program");
            return split;
        }
        return new CoreSplit(left, split.linux().union(torn), false);
    }

    private static CpuSet siblings(int cpu) {
        try {
            return CpuList.plain(SeatMaker.NODE.read(SIBLINGS.formatted(cpu)).orElse(""));
        } catch (CpuListException unknown) {
            return CpuSet.EMPTY;
        }
    }

    @Override
    public CoreSplit cores() {
        return cores;
    }

    @Override
    public MemoryAmounts amounts(int ranks) throws RefusalException {
        MemoryAmounts amounts = MemoryAmounts.of(settings, surroundings, ranks);
        try {
            MemoryNodes nodes = MemoryNodes.read(surroundings.sys(), surroundings.procStatus());
            List<PoolPages> pages = new ArrayList<>();
            for (MemoryPlan.Amount amount : amounts.amounts()) {
                int from = amount.node() == MemoryPlan.Amount.ANY_NODE ? nearest(nodes) : amount.node();
                pages.add(new PoolPages(from, PAGE, (amount.bytes() + PAGE - 1) / PAGE));
            }
            memory = List.copyOf(pages);
        } catch (IOException unknown) {
            throw settings.bad(Setting.MEM, "cannot find out the memory of this machine: " + unknown.getMessage());
        }
        return amounts;
    }

    /** The node of the first LWK core. */
    private int nearest(MemoryNodes nodes) {
        return nodes.nodes().stream().filter(node -> node.cpus().contains(cores.lwk().first())).mapToInt(MemoryNode::number)
                .findFirst().orElse(nodes.usable().first());
    }

    @Override
    public boolean realTime() {
        return false;
    }

    private Partition partition(List<PoolPages> pages) throws RefusalException {
        return new Partition("job-" + seats.owner().pid(), cores.lwk(), CpuSet.EMPTY, pages, Map.of(),
                settings.realTime(realTime()), Partition.ALL, List.of(), Optional.of(seats.owner()));
    }

    @Override
    public Optional<Seat> planned() throws RefusalException {
        if (cores.shared()) {
            return Optional.empty();
        }
        try {
            return Optional.of(seats.seat(new Place(partition(memory), JobWish.ALL, cores.lwk(),
                    cores.linux(), memory)));
        } catch (PartitionException refused) {
            notes.add(refused.getMessage());
            tell();
            return Optional.empty();
        }
    }

    @Override
    public Optional<Seat> take(String program) throws RefusalException {
        Optional<Seat> seat = Optional.empty();
        if (cores.shared()) {
            notes.add("CPU " + cores.lwk() + " is not set apart: it is the only one that may be used");
        } else {
            retreat = new Retreat(seats::leave);
            Optional<String> made = make(memory);
            if (made.isPresent() && !memory.isEmpty()) {
                notes.add("no memory is set apart: " + made.get());
                made = make(List.of());
            }
            if (made.isPresent()) {
                notes.add("CPU " + cores.lwk() + " is not set apart: " + made.get());
                retreat.close();
            } else {
                seat = seat(program);
            }
        }
        tell();
        return seat;
    }

    /** Makes the partition; else says why it cannot be. */
    private Optional<String> make(List<PoolPages> pages) throws RefusalException {
        try {
            notes.addAll(seats.partitions().create(partition(pages)).notes());
            taken = true;
            return Optional.empty();
        } catch (PartitionException refused) {
            return Optional.of(refused.getMessage());
        }
    }

    private Optional<Seat> seat(String program) {
        try {
            Place place = seats.desk().offer("job-" + seats.owner().pid(), JobWish.ALL);
            Seat seat = retreat.until(seats.seat(place));
            seats.enter(place, program);
            return Optional.of(seat);
        } catch (PartitionException refused) {
            notes.add("CPU " + cores.lwk() + " is not set apart: " + refused.getMessage());
            abandon();
            return Optional.empty();
        }
    }

    private void tell() {
        notes.forEach(note -> surroundings.err().print("outrigger: " + note + "\n"));
        surroundings.err().flush();
        notes.clear();
    }

    @Override
    public void abandon() {
        if (taken) {
            taken = false;
            seats.leave();
            retreat.close();
        }
    }
}
