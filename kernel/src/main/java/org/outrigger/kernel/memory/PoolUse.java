package org.outrigger.kernel.memory;

import java.util.EnumSet;
import java.util.Set;

/** What one address space may have of Linux's huge-page pools, and what it was refused. */
public final class PoolUse {
    /** After a refusal the pools are not asked again for so long. */
    private static final long PATIENCE_NS = 100_000_000;

    private final Set<Shortfall> shortfalls = EnumSet.noneOf(Shortfall.class);
    private boolean off;
    private long refusedAt;
    private boolean refused;
    private volatile PoolClaim claim;
    private volatile boolean givesBack;
    private int users;
    private boolean deferring;
    private Arena arena;

    /** Whose it is. */
    void of(Arena its) {
        arena = its;
        its.pool().use(this);
    }

    /** What the address space holds; made at its first extent. */
    PoolClaim claim(PoolLedger ledger) {
        if (claim == null) {
            claim = new PoolClaim(ledger);
        }
        return claim;
    }

    /** A range lies on pages from a pool no more. */
    void give(long start, long end) {
        if (claim != null && !deferring) {
            claim.give(start, end);
        }
    }

    /** What is taken out of the books in {@code action} is held until {@link #give} says that Linux has it. */
    void deferring(Runnable action) {
        deferring = true;
        action.run();
        deferring = false;
    }

    /** From any thread: the next request for memory gives back what the job holds too much of. */
    public void giveBack() {
        givesBack = true;
    }

    /** Bytes that it holds and the program does not use; from another thread than its loop's, about so many. */
    public long free() {
        return arena.ranges().bytes(Arena.POOL_CLEAN) + arena.ranges().bytes(Arena.POOL_DIRTY);
    }

    /** What is held, and of which pages: null where there never was any. */
    PoolClaim claim() {
        return claim;
    }

    /** Whether something is to be given back, once, and there may be something. */
    boolean takeGivesBack() {
        boolean due = givesBack && claim != null;
        if (due) {
            givesBack = false;
        }
        return due;
    }

    /** From the main loop: so many processes more live in the address space; after the last one it holds nothing. */
    int users(int more) {
        users += more;
        if (users == 0 && claim != null) {
            claim.release();
        }
        return users;
    }

    /** Whether a new extent may be asked for at this time. */
    boolean mayGrow(long now) {
        return !off && (!refused || now - refusedAt > PATIENCE_NS);
    }

    /** The pools had not enough. */
    void refuse(long now) {
        refused = true;
        refusedAt = now;
    }

    /** From now on nothing more comes from the pools. */
    void off() {
        off = true;
    }

    boolean isOff() {
        return off;
    }

    void fallShort(Shortfall how) {
        shortfalls.add(how);
    }

    /** Why its memory has smaller pages than it might. */
    public Set<Shortfall> shortfalls() {
        return shortfalls;
    }
}
