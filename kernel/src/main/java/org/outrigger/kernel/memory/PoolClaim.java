package org.outrigger.kernel.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** What one address space holds of the job's {@link PoolLedger}. Any thread may call any method; there are no locks. */
final class PoolClaim {
    private record Extent(long start, long end, int node, PageSize size) {
        boolean has(long address) {
            return address >= start && address < end;
        }

        Extent part(long from, long to) {
            return new Extent(from, to, node, size);
        }
    }

    private final PoolLedger ledger;
    /** Replaced as a whole, never changed; null when the address space is no more. */
    private final AtomicReference<List<Extent>> extents = new AtomicReference<>(List.of());

    PoolClaim(PoolLedger ledger) {
        this.ledger = ledger;
    }

    PoolLedger ledger() {
        return ledger;
    }

    /** The range is about to be mapped; false where the job may not hold so much. */
    boolean take(long start, long end, int node, PageSize size) {
        if (!ledger.take(node, size, end - start)) {
            return false;
        }
        Extent extent = new Extent(start, end, node, size);
        List<Extent> before = extents.get();
        while (before != null) {
            List<Extent> after = new ArrayList<>(before);
            after.add(extent);
            if (extents.compareAndSet(before, after)) {
                return true;
            }
            before = extents.get();
        }
        give(extent);
        return false;
    }

    private void give(Extent extent) {
        ledger.give(extent.node(), extent.size(), extent.end() - extent.start());
    }

    /** Nothing of the range is on pages from a pool any more. */
    void give(long start, long end) {
        List<Extent> before = extents.get();
        while (before != null) {
            List<Extent> left = new ArrayList<>();
            List<Extent> gone = new ArrayList<>();
            for (Extent extent : before) {
                long from = Math.max(start, extent.start());
                long to = Math.min(end, extent.end());
                if (from < to) {
                    gone.add(extent.part(from, to));
                    part(left, extent, extent.start(), from);
                    part(left, extent, to, extent.end());
                } else {
                    left.add(extent);
                }
            }
            if (gone.isEmpty() || extents.compareAndSet(before, left)) {
                gone.forEach(this::give);
                return;
            }
            before = extents.get();
        }
    }

    private static void part(List<Extent> left, Extent extent, long start, long end) {
        if (start < end) {
            left.add(extent.part(start, end));
        }
    }

    private Extent at(long address) {
        List<Extent> now = extents.get();
        for (int i = 0; now != null && i < now.size(); i++) {
            if (now.get(i).has(address)) {
                return now.get(i);
            }
        }
        return null;
    }

    /** Bytes that are to be given back of the pages like the one at an address. */
    long excess(long address) {
        Extent extent = at(address);
        return extent == null ? 0 : ledger.excess(extent.node(), extent.size());
    }

    /** Where the extent ends that an address is in. */
    long end(long address) {
        Extent extent = at(address);
        return extent == null ? address : extent.end();
    }

    /** The address space is no more. */
    void release() {
        List<Extent> all = extents.getAndSet(null);
        if (all != null) {
            all.forEach(this::give);
        }
    }
}
