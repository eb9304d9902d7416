package org.outrigger.kernel.memory;

import java.util.EnumSet;
import java.util.Set;

/** What one address space may have of Linux's huge-page pools, and what it was refused. */
final class PoolUse {
    /** After a refusal the pools are not asked again for so long. */
    private static final long PATIENCE_NS = 100_000_000;

    private final Set<Shortfall> shortfalls = EnumSet.noneOf(Shortfall.class);
    private boolean off;
    private long refusedAt;
    private boolean refused;

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

    Set<Shortfall> shortfalls() {
        return shortfalls;
    }
}
