package org.outrigger.kernel.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a job may take from Linux's huge-page pools, and what it holds of them, by node and size. A job in a partition may take
 * what the partition has given it and nothing else; any other leaves alone what belongs to partitions. Any thread may call any
 * method; there are no locks, so an offer may be gone when it is taken.
 */
public final class PoolLedger {
    /** Where a page is from. */
    private record Place(int node, PageSize size) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            return node != other.node ? Integer.compare(node, other.node) : size.compareTo(other.size);
        }
    }

    /**
     * What can be had of one size.
     *
     * @param node  where the pages must come from, or {@link PoolShare#ANY_NODE}
     * @param bytes how much there is
     */
    public record Offer(int node, long bytes) {
    }

    /** What Linux has in its pools. */
    public interface Stock {
        /** Bytes of pages of one size that are free and promised to nobody, on a node or on all. */
        long free(PageSize size, int node);

        /** The nodes with memory; empty where there is one only. */
        int[] nodes();
    }

    /** Whether the job may take {@link #most} and nothing else. */
    private final boolean bound;
    /** Replaced as a whole, never changed. */
    private volatile Map<Place, Long> most = Map.of();
    private final Map<Place, Long> heldBack = new TreeMap<>();
    private final Map<Place, AtomicLong> held = new ConcurrentSkipListMap<>();
    private final AtomicLong demand = new AtomicLong();
    private volatile boolean open;

    private PoolLedger(boolean bound) {
        this.bound = bound;
        open = !bound;
    }

    /** That of a job without a seat, which leaves these pages alone. */
    public static PoolLedger leaving(List<PoolShare> pages) {
        PoolLedger ledger = new PoolLedger(false);
        pages.forEach(share -> ledger.heldBack.merge(place(share), share.bytes(), Long::sum));
        return ledger;
    }

    /** That of a job that may take these pages. */
    public static PoolLedger of(List<PoolShare> pages) {
        PoolLedger ledger = new PoolLedger(true);
        ledger.most(pages);
        return ledger;
    }

    private static Place place(PoolShare share) {
        return new Place(share.node(), share.size());
    }

    /** From now on the job may take these. A job without a seat is not bound by it. */
    public void most(List<PoolShare> pages) {
        Map<Place, Long> next = new TreeMap<>();
        pages.forEach(share -> next.merge(place(share), share.bytes(), Long::sum));
        most = next;
        open = !bound || next.values().stream().anyMatch(bytes -> bytes > 0);
    }

    /** Whether there is anything that it may take. */
    boolean open() {
        return open;
    }

    /** Whether it has a partition's pages only. */
    boolean bound() {
        return bound;
    }

    /** What it can have of a size, from the node that has most. */
    Offer offer(PageSize size, Stock stock) {
        long all = stock.free(size, PoolShare.ANY_NODE);
        Offer best = new Offer(PoolShare.ANY_NODE, 0);
        if (bound) {
            for (Map.Entry<Place, Long> share : most.entrySet()) {
                if (share.getKey().size() == size) {
                    int node = share.getKey().node();
                    long left = share.getValue() - held(share.getKey());
                    best = better(best, node, Math.min(left, Math.min(all, stock.free(size, node))));
                }
            }
        } else if (heldBack.isEmpty() || stock.nodes().length == 0) {
            long away = heldBack.entrySet().stream().filter(share -> share.getKey().size() == size)
                    .mapToLong(Map.Entry::getValue).sum();
            best = better(best, PoolShare.ANY_NODE, all - away);
        } else {
            long anywhere = heldBack.getOrDefault(new Place(PoolShare.ANY_NODE, size), 0L);
            for (int node : stock.nodes()) {
                long away = heldBack.getOrDefault(new Place(node, size), 0L) + anywhere;
                best = better(best, node, Math.min(all, stock.free(size, node)) - away);
            }
        }
        return best;
    }

    private static Offer better(Offer best, int node, long bytes) {
        return bytes > best.bytes() ? new Offer(node, bytes) : best;
    }

    /** Enters bytes as held; false, with nothing entered, where the job may not hold so much. */
    boolean take(int node, PageSize size, long bytes) {
        Place place = new Place(node, size);
        AtomicLong has = held.computeIfAbsent(place, none -> new AtomicLong());
        long before = has.get();
        while (!bound || before + bytes <= most.getOrDefault(place, 0L)) {
            if (has.compareAndSet(before, before + bytes)) {
                return true;
            }
            before = has.get();
        }
        return false;
    }

    private long held(Place place) {
        AtomicLong has = held.get(place);
        return has == null ? 0 : has.get();
    }

    /** Bytes are held no more. */
    void give(int node, PageSize size, long bytes) {
        AtomicLong has = held.get(new Place(node, size));
        if (has != null) {
            has.updateAndGet(before -> Math.max(0, before - bytes));
        }
        demand.updateAndGet(before -> Math.max(0, before - bytes));
    }

    /** Bytes of a place that are to be given back: beyond what it may hold, or because so much was demanded. */
    long excess(int node, PageSize size) {
        Place place = new Place(node, size);
        long has = held(place);
        return Math.min(has, Math.max(demand.get(), bound ? has - most.getOrDefault(place, 0L) : 0));
    }

    /** Whether anything is to be given back. */
    public boolean overdrawn() {
        return held.keySet().stream().anyMatch(place -> excess(place.node(), place.size()) > 0);
    }

    /** So many bytes are to be given back, whichever they are; 0: no more. */
    public void demand(long bytes) {
        demand.set(bytes);
    }

    /** What is still to be given back of what was demanded. */
    public long demand() {
        return demand.get();
    }

    /** What it holds, by node and size. */
    public List<PoolShare> held() {
        List<PoolShare> shares = new ArrayList<>();
        held.forEach((place, bytes) -> {
            long pages = bytes.get() / place.size().bytes();
            if (pages > 0) {
                shares.add(new PoolShare(place.node(), place.size().bytes(), pages));
            }
        });
        return shares;
    }
}
