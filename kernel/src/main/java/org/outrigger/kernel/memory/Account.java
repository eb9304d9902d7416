package org.outrigger.kernel.memory;

import java.util.concurrent.atomic.AtomicLong;

/** What one rank of a job may have and has of the job's {@link Budget}. Any thread may call any method. */
public final class Account {
    /** That of a job without a limit: nothing is counted. */
    public static final Account NONE = new Account(null, 0);

    private final Budget budget;
    private final long guarantee;
    /** What of the guarantee has never been used: nobody else's. */
    private final AtomicLong own;
    /** What of it was used and given back: its own before it takes more, but somebody else's if nothing else is left. */
    private final AtomicLong returned = new AtomicLong();
    /** What is in use of it. */
    private final AtomicLong drawn = new AtomicLong();
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

    /** Bytes of these that it has never used. */
    public long left() {
        return own.get();
    }

    /** Bytes of these that it has given back. */
    public long returned() {
        return returned.get();
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
        long again = take(returned, bytes);
        long mine = take(own, bytes - again);
        if (!budget.take(bytes - again - mine)) {
            own.addAndGet(mine);
            returned.addAndGet(again);
            if (ended) {
                end();
            }
            return false;
        }
        drawn.addAndGet(again + mine);
        inUse(bytes);
        return true;
    }

    /** Charges what is there already, whether there is room or not. */
    void force(long bytes) {
        long mine = take(returned, bytes);
        mine += take(own, bytes - mine);
        drawn.addAndGet(mine);
        budget.give(mine - bytes);
        inUse(bytes);
    }

    /** What it has beyond its guarantee goes to the common room, the rest to what it has given back. */
    void uncharge(long bytes) {
        long beyond = Math.clamp(used.get() - drawn.get(), 0, bytes);
        inUse(-bytes);
        long mine = take(drawn, bytes - beyond);
        if (ended) {
            mine = 0;
        }
        returned.addAndGet(mine);
        budget.give(bytes - mine);
    }

    /** Takes as much as there is, and no more than so many bytes. */
    static long take(AtomicLong from, long bytes) {
        long left = from.get();
        while (left > 0 && bytes > 0) {
            long part = Math.min(left, bytes);
            long found = from.compareAndExchange(left, left - part);
            if (found == left) {
                return part;
            }
            left = found;
        }
        return 0;
    }

    /** Gives away what was given back, and no more than so many bytes. */
    long lend(long bytes) {
        return take(returned, bytes);
    }

    /** Gives back what was lent and not used. */
    void lendBack(long bytes) {
        returned.addAndGet(bytes);
        if (ended) {
            end();
        }
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
            budget.give(own.getAndSet(0) + returned.getAndSet(0));
        }
    }
}
