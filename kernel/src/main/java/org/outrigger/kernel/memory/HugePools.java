package org.outrigger.kernel.memory;

import java.util.List;

/** The huge-page pools of the machine, as Linux has them at the moment, and what else it does about large pages. */
public interface HugePools {
    /** There are none. */
    HugePools NONE = new HugePools() {
        @Override
        public boolean any() {
            return false;
        }

        @Override
        public long free(PageSize size) {
            return 0;
        }

        @Override
        public boolean unsure() {
            return false;
        }

        @Override
        public boolean always() {
            return false;
        }

        @Override
        public long protection(int pid, long start, long end) {
            return -1;
        }

        @Override
        public long available() {
            return Long.MAX_VALUE;
        }
    };

    /** Whether there may be a page in one of them for the job. */
    boolean any();

    /** Bytes that are free and promised to nobody, of one size. */
    long free(PageSize size);

    /** What of this a job may take: from its partition's pages, or from all that are no partition's. */
    default PoolLedger.Offer offer(PageSize size) {
        return new PoolLedger.Offer(PoolShare.ANY_NODE, free(size));
    }

    /** The job's. */
    default PoolLedger ledger() {
        return PoolLedger.leaving(List.of());
    }

    /** Whether the job has no transparent huge pages, whatever it asks for. */
    default boolean never() {
        return false;
    }

    /**
     * Whether a promised page may yet be refused at the first touch, which kills: a limit for a control group, or several NUMA
     * nodes. Then pages must be taken when they are mapped.
     */
    boolean unsure();

    /** Whether Linux gives transparent huge pages to memory for which nobody asked for them. */
    boolean always();

    /** How Linux protects a range of a process, -1 where it does so in several ways, or something is not mapped. */
    long protection(int pid, long start, long end);

    /** Bytes of ordinary memory that Linux could give. */
    long available();
}
