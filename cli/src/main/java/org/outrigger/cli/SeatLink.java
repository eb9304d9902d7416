package org.outrigger.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.outrigger.kernel.boot.JobControl;
import org.outrigger.kernel.boot.Seat;
import org.outrigger.kernel.memory.PoolShare;
import org.outrigger.node.CpuSet;
import org.outrigger.node.partition.JobDesk;
import org.outrigger.node.partition.JobLine;
import org.outrigger.node.partition.JobOrders;
import org.outrigger.node.partition.PartitionException;
import org.outrigger.node.partition.Partitions;
import org.outrigger.node.partition.PoolPages;
import org.outrigger.node.partition.StateFolder;

/** Between a running job and the partition that it is in: commands reach it, and the partition hears of its end. */
final class SeatLink implements Seat.Link {
    private final Partitions partitions;
    private final StateFolder state;
    private final int number;
    private final PrintStream err;
    private JobLine line;

    SeatLink(Partitions partitions, StateFolder state, int number, PrintStream err) {
        this.partitions = partitions;
        this.state = state;
        this.number = number;
        this.err = err;
    }

    /** Others can reach the job from now on, though it may not have begun. */
    void open() {
        try {
            line = JobLine.open(state, number);
        } catch (IOException refused) {
            tell("the partition cannot be resized while the job runs: " + refused.getMessage());
        }
    }

    /** Nobody can any more: who has asked hears so, and keeps nobody waiting. */
    void close() {
        if (line != null) {
            line.close();
        }
    }

    @Override
    public void begin(JobControl job) {
        if (line != null) {
            line.answering(new Orders(job));
        }
    }

    @Override
    public void end() {
        close();
        try {
            new JobDesk(partitions).leave(number).forEach(this::tell);
        } catch (PartitionException refused) {
            tell(refused.getMessage());
        }
    }

    private void tell(String note) {
        err.print("outrigger: " + note + "\n");
        err.flush();
    }

    /** What commands ask of the job, in the kernel's words. */
    private record Orders(JobControl job) implements JobOrders {
        @Override
        public boolean cores(CpuSet cores) {
            return job.cores(cores.toArray());
        }

        @Override
        public long memory(long bytes) {
            return job.memory(bytes);
        }

        @Override
        public List<PoolPages> pools(List<PoolPages> most) {
            return pages(job.pools(shares(most)));
        }

        @Override
        public Usage usage() {
            JobControl.Usage usage = job.usage();
            return new Usage(usage.committedBytes(), pages(usage.pools()));
        }
    }

    /** Pages of a partition as the kernel has them. */
    static List<PoolShare> shares(List<PoolPages> pages) {
        return pages.stream().map(pool -> new PoolShare(pool.node(), pool.pageBytes(), pool.pages())).toList();
    }

    private static List<PoolPages> pages(List<PoolShare> shares) {
        return shares.stream().map(pool -> new PoolPages(pool.node(), pool.pageBytes(), pool.pages())).toList();
    }
}
