package org.outrigger.kernel.memory;

import java.util.ArrayList;
import java.util.List;

/** What one address space holds of the job's {@link PoolLedger}. Any thread may call any method. */
final class PoolClaim {
    private record Extent(long start, long end, int node, PageSize size) {
    }

    private final PoolLedger ledger;
    private final List<Extent> extents = new ArrayList<>(4);
    private boolean released;

    PoolClaim(PoolLedger ledger) {
        this.ledger = ledger;
    }

    PoolLedger ledger() {
        return ledger;
    }

    /** The range is about to be mapped; false where the job may not hold so much. */
    synchronized boolean take(long start, long end, int node, PageSize size) {
        boolean taken = !released && ledger.take(node, size, end - start);
        if (taken) {
            extents.add(new Extent(start, end, node, size));
        }
        return taken;
    }

    /** Nothing of the range is on pages from a pool any more. */
    synchronized void give(long start, long end) {
        for (int i = extents.size() - 1; i >= 0; i--) {
            Extent extent = extents.get(i);
            long from = Math.max(start, extent.start());
            long to = Math.min(end, extent.end());
            if (from < to) {
                extents.remove(i);
                part(extent, extent.start(), from);
                part(extent, to, extent.end());
                ledger.give(extent.node(), extent.size(), to - from);
            }
        }
    }

    private void part(Extent extent, long start, long end) {
        if (start < end) {
            extents.add(new Extent(start, end, extent.node(), extent.size()));
        }
    }

    /** Bytes that are to be given back of the pages like the one at an address. */
    synchronized long excess(long address) {
        for (Extent extent : extents) {
            if (address >= extent.start() && address < extent.end()) {
                return ledger.excess(extent.node(), extent.size());
            }
        }
        return 0;
    }

    /** Where the extent ends that an address is in. */
    synchronized long end(long address) {
        for (Extent extent : extents) {
            if (address >= extent.start() && address < extent.end()) {
                return extent.end();
            }
        }
        return address;
    }

    /** The address space is no more. */
    synchronized void release() {
        released = true;
        extents.forEach(extent -> ledger.give(extent.node(), extent.size(), extent.end() - extent.start()));
        extents.clear();
    }
}
