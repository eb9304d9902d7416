package org.outrigger.kernel.memory;

import java.util.concurrent.atomic.AtomicLong;

/** What one rank of a job may have and has of the job's {@link Budget}. Any thread may call any method. */
public final class Account {
    /** That of a job without a limit: nothing is counted. */
    public static final Account NONE = new Account(null, 0);

    private final Budget budget;
    private final long guarantee;
    /** What is left of the guarantee. */
    private final AtomicLong own;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();
    private final AtomicLong kept = new AtomicLong();
    private volatile boolean ended;

    Account(Budget budget, long guarantee) {
        this.budget = budget;
        this.guarantee = guarantee;
        own = new AtomicLong(guarantee);
    }

    /** Whether there is a limit. */
    public boolean counts() {
        return budget != null;
    }

    /** The job's. */
    public Budget budget() {
        return budget;
    }

    /** Bytes that were set aside for it. */
    public long guarantee() {
        return guarantee;
    }

    /** Bytes of these that it has not used yet. */
    public long left() {
        return own.get();
    }

    /** Bytes in use. */
    public long used() {
        return used.get();
    }

    /** The most bytes in use at a time. */
    public long peak() {
        return peak.get();
    }

    /** Bytes of free memory whose pages are kept. */
    public long kept() {
        return kept.get();
    }

    /** Charges so many bytes, or none of them. */
    boolean charge(long bytes) {
        long mine = takeOwn(bytes);
        if (!budget.take(bytes - mine)) {
            own.addAndGet(mine);
            if (ended) {
                end();
            }
            return false;
        }
        inUse(bytes);
        return true;
    }

    /** Charges what is there already, whether there is room or not. */
    void force(long bytes) {
        budget.give(takeOwn(bytes) - bytes);
        inUse(bytes);
    }

    void uncharge(long bytes) {
        inUse(-bytes);
        budget.give(bytes);
    }

    private long takeOwn(long bytes) {
        long left = own.get();
        while (left > 0) {
            long part = Math.min(left, bytes);
            long found = own.compareAndExchange(left, left - part);
            if (found == left) {
                return part;
            }
            left = found;
        }
        return 0;
    }

    private void inUse(long more) {
        Budget.rise(peak, used.addAndGet(more));
        budget.inUse(more);
    }

    void inKeeping(long more) {
        kept.addAndGet(more);
        budget.inKeeping(more);
    }

    /** The rank has ended: what is left of its guarantee is for all. Its descendants may live, and have the common room. */
    public void end() {
        ended = true;
        if (budget != null) {
            budget.give(own.getAndSet(0));
        }
    }
}
