package org.outrigger.node.partition;

import java.util.List;
import org.outrigger.node.CpuSet;

/** What can be asked of a running job. Each answers within {@link JobLine#PATIENCE_MS}. */
public interface JobOrders {
    /**
     * What a job has.
     *
     * @param bytes what its processes may write to
     * @param pools the huge pages that it holds
     */
    record Usage(long bytes, List<PoolPages> pools) {
        /** Copies what could change. */
        public Usage {
            pools = List.copyOf(pools);
        }
    }

    /** The LWK cores are these from now on; false where nothing was changed. */
    boolean cores(CpuSet cores);

    /**
     * Changes the limit of memory.
     *
     * @return what it is now, in bytes, not less than what is used; -1 where there is none
     */
    long memory(long bytes);

    /**
     * No more huge pages than these may be held.
     *
     * @return what is held now
     */
    List<PoolPages> pools(List<PoolPages> most);

    /** What it has at the moment. */
    Usage usage();
}
