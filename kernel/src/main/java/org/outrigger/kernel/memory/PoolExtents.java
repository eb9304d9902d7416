package org.outrigger.kernel.memory;

import org.outrigger.abi.Errno;
import org.outrigger.abi.Mempolicy;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;

/**
 * Extents of pages from Linux's huge-page pools. They are mapped with a reservation, so that Linux refuses the mapping rather
 * than a page of it; where it might refuse a page even so, they are populated at once. Sized by need and as much again as there
 * is, but a process takes no more ahead of need than a quarter of what is free, for other ranks want some too.
 */
final class PoolExtents {
    private static final long PROT = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final long FLAGS = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_HUGETLB | Mman.MAP_FIXED_NOREPLACE;
    private static final long GIB = 1L << 30;
    /** The first extent holds so much more than it must. */
    private static final long FIRST = 32L << 20;
    /** Of what is free, one part in so many may be taken ahead of need. */
    private static final int SHARE = 4;
    /** Of a page of 1 GiB, one part in so many may be left over. */
    private static final int WASTE = 8;
    /** A process that uses so much gets a page of 1 GiB where there are no smaller ones in the pools. */
    private static final long WORTH_GIGANTIC = GIB / 4;
    /** In the notes of an extent: its size, its node and one, the kind of its pages. */
    private static final int NODE_SHIFT = 2;
    /** Nodes that fit the set in a slot. */
    private static final int MOST_NODES = 256;
    private static final long KIND = (1 << NODE_SHIFT) - 1;

    private final Reply reply;
    private final HugePools pools;
    private final boolean wanted;
    private final PoolLedger ledger;
    private final boolean gigantic;
    private final boolean populate;
    private final Pending.Step mapped = this::mapped;
    private final Pending.Step populated = this::populated;
    private final Pending.Step unmapped = this::unmapped;
    private final Pending.Step bound = this::bound;
    private PageSize pages;
    private long size;
    private int node;

    /** How the mapping of an extent ended. */
    interface After {
        /** @param address that of the extent, 0 where there is none */
        void extended(AddressSpace space, int slot, Pending pending, long address);
    }

    /** @param plan how large pages may be, and when they are taken */
    PoolExtents(Reply reply, HugePools pools, MemoryPlan plan) {
        this.reply = reply;
        this.pools = pools;
        wanted = plan.pages() != PageSize.SMALL;
        ledger = pools.ledger();
        gigantic = plan.pages() == PageSize.GIGANTIC;
        populate = pools.unsure() || plan.pageFault() != MemoryPlan.PageFault.DEMAND;
    }

    /** Whether pieces of so many bytes come from the pools where these have enough. */
    boolean serve(AddressSpace space, long length) {
        return wanted && length >= Arena.HUGE && pools.any() && !space.poolUse().isOff();
    }

    /** Whether it makes sense to ask the pools for more. */
    boolean mayGrow(AddressSpace space, long length) {
        return serve(space, length) && space.poolUse().mayGrow(System.nanoTime());
    }

    private static long up(long length, PageSize to) {
        return length + to.bytes() - 1 & -to.bytes();
    }

    /** Chooses what to map; false where the pools have too little. */
    private boolean choose(AddressSpace space, long length, long ahead) {
        long need = up(length, PageSize.LARGE);
        PoolLedger.Offer offer = pools.offer(PageSize.LARGE);
        long large = offer.bytes();
        node = offer.node();
        long whole = up(need, PageSize.GIGANTIC);
        boolean fits = whole - need <= need / WASTE;
        boolean instead = large < need && space.arena().used() + need >= WORTH_GIGANTIC;
        if (gigantic && (fits || instead)) {
            PoolLedger.Offer most = pools.offer(PageSize.GIGANTIC);
            if (most.bytes() >= whole) {
                node = most.node();
                pages = PageSize.GIGANTIC;
                size = whole;
                return true;
            }
            if (fits) {
                space.poolUse().fallShort(Shortfall.NO_GIGANTIC);
            }
        }
        if (large < need) {
            space.poolUse().fallShort(Shortfall.NO_LARGE);
            return false;
        }
        pages = PageSize.LARGE;
        size = need + Math.min(ahead, (large - need) / SHARE) & -PageSize.LARGE.bytes();
        return true;
    }

    /**
     * Has the thread map an extent for a piece of {@code pending.first} bytes, and then goes on with {@code after}. False, with
     * nothing begun, where the pools have too little.
     *
     * @param more whether to map more than is needed now
     */
    boolean grow(AddressSpace space, int slot, boolean more, After after, Pending pending) {
        long ahead = more ? Math.clamp(space.arena().pool().bytes(), FIRST, GIB) : 0;
        if (!choose(space, Math.max(pending.first, more ? space.launchBytes() : 0), ahead)
                && !(more && space.launchBytes() > 0 && choose(space, pending.first, ahead))) {
            space.poolUse().refuse(System.nanoTime());
            return false;
        }
        long address = space.arena().claimPool(size, pages);
        if (address == 0) {
            space.poolUse().off();
            return false;
        }
        if (!space.poolUse().claim(ledger).take(address, address + size, node, pages)) { // another loop was faster
            space.arena().vacate(address, address + size);
            return false;
        }
        pending.fourth = address;
        pending.fifth = size | (node + 1L) << NODE_SHIFT & Mman.PAGE_SIZE - 1 | pages.ordinal();
        pending.subject = space;
        pending.after = after;
        pending.then(mapped);
        reply.make(slot, Nr.MMAP, address, size, PROT, FLAGS | (long) pages.shift() << Mman.MAP_HUGE_SHIFT, -1, 0);
        return true;
    }

    private static long size(Pending pending) {
        return pending.fifth & -Mman.PAGE_SIZE;
    }

    private void mapped(int slot, Pending pending, long result) {
        if (result != pending.fourth) {
            if (result != -Errno.EEXIST) {
                refuse(pending, (pending.fifth & KIND) == PageSize.LARGE.ordinal() ? Shortfall.NO_LARGE : Shortfall.NO_GIGANTIC);
            }
            failed(slot, pending);
            return;
        }
        int from = (int) (pending.fifth & Mman.PAGE_SIZE - 1) >> NODE_SHIFT;
        if (from > 0) { // the pages of other nodes are somebody else's
            long word = 1L << (from - 1) % Long.SIZE;
            int at = (from - 1) / Long.SIZE;
            long nodes = reply.scratch(slot, at == 0 ? word : 0, at == 1 ? word : 0, at == 2 ? word : 0, at == 3 ? word : 0);
            pending.then(bound);
            reply.make(slot, Nr.MBIND, result, size(pending), Mempolicy.MPOL_BIND, nodes, MOST_NODES + 1, 0);
        } else {
            bound(slot, pending, 0);
        }
    }

    private void bound(int slot, Pending pending, long result) {
        if (result < 0) {
            populated(slot, pending, result);
        } else if (populate) {
            pending.then(populated);
            reply.make(slot, Nr.MADVISE, pending.fourth, size(pending), Mman.MADV_POPULATE_WRITE, 0, 0, 0);
        } else {
            extend(slot, pending);
        }
    }

    private void populated(int slot, Pending pending, long result) {
        if (result < 0) {
            refuse(pending, Shortfall.NOT_POPULATED);
            pending.then(unmapped);
            reply.make(slot, Nr.MUNMAP, pending.fourth, size(pending), 0, 0, 0, 0);
        } else {
            extend(slot, pending);
        }
    }

    private void unmapped(int slot, Pending pending, long result) {
        failed(slot, pending);
    }

    private static void failed(int slot, Pending pending) {
        ((AddressSpace) pending.subject).poolUse().give(pending.fourth, pending.fourth + size(pending));
        end(slot, pending, 0);
    }

    private static void refuse(Pending pending, Shortfall how) {
        PoolUse use = ((AddressSpace) pending.subject).poolUse();
        use.fallShort(how);
        use.refuse(System.nanoTime());
    }

    private static void extend(int slot, Pending pending) {
        AddressSpace space = (AddressSpace) pending.subject;
        PageSize got = PageSize.values()[(int) (pending.fifth & KIND)];
        space.arena().extendPool(pending.fourth, size(pending), got);
        end(slot, pending, pending.fourth);
    }

    private static void end(int slot, Pending pending, long address) {
        After after = (After) pending.after;
        pending.after = null;
        after.extended((AddressSpace) pending.subject, slot, pending, address);
    }
}
