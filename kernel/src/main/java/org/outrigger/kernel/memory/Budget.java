package org.outrigger.kernel.memory;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that a job was given, and who has it. What counts is what the program may write to, from the call on that gives it,
 * touched or not, as Linux's strict overcommit has it: so the answer to a call is final, and nobody is killed later.
 *
 * <pre>
 *    total = common room + what is left of each rank's guarantee + what is in use
 *
 *    charge:    from the rank's own guarantee, then from the common room, then from what other ranks have given back of
 *               theirs; all or nothing
 *    uncharge:  what was beyond the guarantee to the common room, the rest to what the rank has given back of it
 * </pre>
 *
 * <p>So a rank that frees and allocates in turn keeps what was set aside for it, unless somebody needs the room meanwhile; what
 * it has never used nobody else gets before it ends.
 *
 * <p>Pages that the LWK keeps of free memory are in nobody's use, but they are there: {@link #pressed} tells when they must go,
 * so that what is in use and what is kept together stay within what was given.
 *
 * <p>Any thread may call any method. There are no locks; a charge beside another one may be refused although the other is given
 * back a moment later.
 */
public final class Budget {
    private volatile long total;
    /** Negative when something was charged that could not be refused. */
    private final AtomicLong common;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();
    private final AtomicLong kept = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();
    private final AtomicLong largest = new AtomicLong();
    private volatile int largestOf;
    private final Account[] ranks;
    private final Account named;
    /** How many threads are about to give back what somebody held who has ended. */
    private final AtomicInteger giving = new AtomicInteger();
    private final Map<Integer, Commitment> holders = new ConcurrentHashMap<>();

    /** @param plan one with a limit, of a job with so many ranks */
    public Budget(MemoryPlan plan, int ranks) {
        total = plan.total();
        long set = 0;
        this.ranks = new Account[ranks];
        for (int rank = 0; rank < ranks; rank++) {
            this.ranks[rank] = new Account(this, plan.guarantee(rank));
            set += plan.guarantee(rank);
        }
        named = new Account(this, 0);
        common = new AtomicLong(total - set);
    }

    /** The account of a rank: of the process that was launched, and its descendants. */
    public Account rank(int rank) {
        return ranks[rank];
    }

    public int ranks() {
        return ranks.length;
    }

    /** What the processes of the job share by name, which is no rank's. */
    public Account named() {
        return named;
    }

    /** Charges so many bytes that are no rank's, or none of them. */
    public boolean charge(long bytes) {
        return named.charge(bytes);
    }

    /** Gives back what {@link #charge} charged. */
    public void uncharge(long bytes) {
        named.uncharge(bytes);
    }

    /** Bytes that whoever asks can have. */
    public long available() {
        long bytes = common.get();
        for (Account rank : ranks) {
            bytes += rank.returned();
        }
        return Math.max(0, bytes);
    }

    /** Bytes in use beyond what was given, since they could not be refused. */
    public long overdrawn() {
        return Math.max(0, -common.get());
    }

    /** Bytes that the job was given. */
    public long total() {
        return total;
    }

    /**
     * Gives the job more, or takes from it what nobody uses and what is set aside for no rank, or was and has been given back.
     *
     * <p>One thread at a time; calls that charge may run beside it.
     *
     * @param bytes what it is to have
     * @return what it has now
     */
    public long resize(long bytes) {
        long less = total - bytes;
        long taken = less > 0 ? Account.take(common, less) : less;
        for (int rank = 0; rank < ranks.length && taken < less; rank++) {
            taken += ranks[rank].lend(less - taken);
        }
        total -= taken;
        if (less < 0) {
            give(-less);
        }
        return total;
    }

    /** Bytes in use. */
    public long used() {
        return used.get();
    }

    /** The most bytes that were in use at a time. */
    public long peak() {
        return peak.get();
    }

    /** Bytes in free memory whose pages are kept for the next allocation. */
    public long kept() {
        return kept.get();
    }

    /** Calls that were refused for want of memory. */
    public long refusals() {
        return refusals.get();
    }

    /** Bytes of the largest refused call. */
    public long largestRefusal() {
        return largest.get();
    }

    /** The process that made it. */
    public int largestRefusalOf() {
        return largestOf;
    }

    /** Whether pages of free memory must go, since somebody else has been given the room. */
    boolean pressed() {
        return used.get() + kept.get() > total && kept.get() > 0;
    }

    /** Takes so many bytes that are no rank's, or none of them. */
    boolean take(long bytes) {
        if (bytes <= 0) {
            return true;
        }
        long found = Account.take(common, bytes);
        return found == bytes || borrow(bytes - found, found);
    }

    /** Takes what is missing from what ranks have given back; if that is not enough, what was found goes back too. */
    private boolean borrow(long missing, long found) {
        long[] lent = new long[ranks.length];
        long still = missing;
        for (int rank = 0; rank < lent.length && still > 0 && common.get() >= 0; rank++) {
            lent[rank] = ranks[rank].lend(still);
            still -= lent[rank];
        }
        if (still == 0) {
            return true;
        }
        give(found);
        for (int rank = 0; rank < lent.length; rank++) {
            ranks[rank].lendBack(lent[rank]);
        }
        return false;
    }

    void give(long bytes) {
        common.addAndGet(bytes);
    }

    void inUse(long more) {
        rise(peak, used.addAndGet(more));
    }

    void inKeeping(long more) {
        kept.addAndGet(more);
    }

    static void rise(AtomicLong most, long now) {
        long before = most.get();
        while (now > before && !most.compareAndSet(before, now)) {
            before = most.get();
        }
    }

    void refused(int pid, long bytes) {
        refusals.incrementAndGet();
        if (bytes > largest.get()) {
            rise(largest, bytes);
            largestOf = pid;
        }
    }

    void holds(int pid, Commitment its) {
        holders.put(pid, its);
    }

    void holdsNoMore(int pid, Commitment its) {
        holders.remove(pid, its);
    }

    void givesBack(int begun) {
        giving.addAndGet(begun);
    }

    /**
     * Takes back what those held who have ended, though the LWK has not been told yet: their parents may know already, and count
     * on it. Another loop may be told just now: then this waits for the few instructions until all is given back.
     */
    void reap(Residency processes) {
        for (Map.Entry<Integer, Commitment> holder : holders.entrySet()) {
            if (holder.getValue().ownersAlone() && processes.ended(holder.getKey())) {
                holder.getValue().release();
            }
        }
        while (giving.get() != 0) {
            Thread.yield(); // loops may share a core
        }
    }
}
