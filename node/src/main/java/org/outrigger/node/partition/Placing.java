package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.outrigger.node.CpuSet;
import org.outrigger.node.MemoryList;
import org.outrigger.node.MemorySize;

/** Finds a place for a job in a partition beside the jobs that are there. */
final class Placing {
    private final Partition partition;
    private final List<RunningJob> jobs;

    /**
     * In a partition.
     *
     * @param jobs those that run in it
     */
    Placing(Partition partition, List<RunningJob> jobs) {
        this.partition = partition;
        this.jobs = List.copyOf(jobs);
    }

    /**
     * The place.
     *
     * @param rest the CPUs that belong to no partition
     * @throws PartitionException when what is wanted is not there, or somebody else has it
     */
    Place place(JobWish wish, CpuSet rest) throws PartitionException {
        CpuSet linux = partition.linuxCores().isEmpty() ? rest : partition.linuxCores();
        return new Place(partition, wish, cores(wish), linux, memory(wish));
    }

    private CpuSet cores(JobWish wish) throws PartitionException {
        CpuSet free = partition.cores();
        for (RunningJob job : jobs) {
            free = free.minus(job.cores());
        }
        if (wish.cores().isEmpty()) {
            if (free.isEmpty()) {
                throw new PartitionException("no core of " + named() + " is free: " + jobs.stream()
                        .map(job -> job + " has CPU " + job.cores()).collect(Collectors.joining(", ")));
            }
            return free;
        }
        CpuSet wanted = wish.cores().get();
        CpuSet beyond = wanted.minus(partition.cores());
        if (!beyond.isEmpty()) {
            throw new PartitionException("CPU " + beyond + " is not in " + named() + ", which has CPU " + partition.cores());
        }
        for (RunningJob job : jobs) {
            CpuSet taken = wanted.intersection(job.cores());
            if (!taken.isEmpty()) {
                throw new PartitionException(job + " has CPU " + taken + " of " + named()
                        + (free.isEmpty() ? "; none is free" : "; free: " + free));
            }
        }
        return wanted;
    }

    private List<PoolPages> memory(JobWish wish) throws PartitionException {
        List<PoolPages> free = free(partition.memory(), jobs);
        if (partition.memory().isEmpty()) {
            return List.of();
        }
        if (wish.memory().isEmpty()) {
            if (bytes(free) == 0) {
                throw new PartitionException("no memory of " + named() + " is free" + holders());
            }
            return free.stream().filter(pages -> pages.pages() > 0).toList();
        }
        List<PoolPages> taken = new ArrayList<>();
        for (MemoryList.Part part : wish.memory().get()) {
            long left = part.bytes();
            for (int i = 0; i < free.size() && left > 0; i++) {
                PoolPages pool = free.get(i);
                if (part.node() == MemoryList.ANY_NODE || part.node() == pool.node()) {
                    // A part of a page is a page.
                    long pages = Math.min(pool.pages(), (left + pool.pageBytes() - 1) / pool.pageBytes());
                    taken.add(new PoolPages(pool.node(), pool.pageBytes(), pages));
                    free.set(i, new PoolPages(pool.node(), pool.pageBytes(), pool.pages() - pages));
                    left -= pages * pool.pageBytes();
                }
            }
            if (left > 0) {
                throw new PartitionException(MemorySize.text(part.bytes())
                        + (part.node() == MemoryList.ANY_NODE ? "" : " of NUMA node " + part.node()) + " is more than is free of "
                        + named() + ", which has " + MemorySize.text(partition.bytes()) + holders());
            }
        }
        return sum(taken);
    }

    private String holders() {
        return jobs.stream().filter(job -> job.bytes() > 0).map(job -> ", " + job + " has " + MemorySize.text(job.bytes()))
                .collect(Collectors.joining());
    }

    private String named() {
        return "partition '" + partition.name() + "'";
    }

    private static long bytes(List<PoolPages> pages) {
        return pages.stream().mapToLong(PoolPages::bytes).sum();
    }

    /** What of some pages jobs do not have; as many entries as there are pools. */
    static List<PoolPages> free(List<PoolPages> memory, List<RunningJob> jobs) {
        List<PoolPages> free = new ArrayList<>();
        for (PoolPages pool : memory) {
            long taken = jobs.stream().mapToLong(job -> pages(job.memory(), pool)).sum();
            free.add(new PoolPages(pool.node(), pool.pageBytes(), Math.max(0, pool.pages() - taken)));
        }
        return free;
    }

    /** How many pages of a pool are among some. */
    static long pages(List<PoolPages> memory, PoolPages pool) {
        return memory.stream().filter(pages -> pages.file().equals(pool.file())).mapToLong(PoolPages::pages).sum();
    }

    /** The same with one entry a pool. */
    static List<PoolPages> sum(List<PoolPages> parts) {
        List<PoolPages> sums = new ArrayList<>();
        for (PoolPages part : parts) {
            if (part.pages() > 0 && sums.stream().noneMatch(sum -> sum.file().equals(part.file()))) {
                sums.add(new PoolPages(part.node(), part.pageBytes(), pages(parts, part)));
            }
        }
        return sums;
    }
}
