package org.outrigger.kernel.memory;

import org.outrigger.abi.Errno;
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

    private final Reply reply;
    private final HugePools pools;
    private final boolean wanted;
    private final boolean gigantic;
    private final boolean populate;
    private final Pending.Step mapped = this::mapped;
    private final Pending.Step populated = this::populated;
    private final Pending.Step unmapped = this::unmapped;
    private PageSize pages;
    private long size;

    /** How the mapping of an extent ended. */
    interface After {
        /** @param address that of the extent, 0 where there is none */
        void extended(AddressSpace space, int slot, Pending pending, long address);
    }

    /** @param plan how large pages may be, and when they are taken */
    PoolExtents(Reply reply, HugePools pools, MemoryPlan plan) {
        this.reply = reply;
        this.pools = pools;
        wanted = pools.any() && plan.pages() != PageSize.SMALL;
        gigantic = plan.pages() == PageSize.GIGANTIC;
        populate = pools.unsure() || plan.pageFault() != MemoryPlan.PageFault.DEMAND;
    }

    /** Whether pieces of so many bytes come from the pools where these have enough. */
    boolean serve(AddressSpace space, long length) {
        return wanted && length >= Arena.HUGE && !space.poolUse().isOff();
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
        long large = pools.free(PageSize.LARGE);
        long whole = up(need, PageSize.GIGANTIC);
        boolean fits = whole - need <= need / WASTE;
        boolean instead = large < need && space.arena().used() + need >= WORTH_GIGANTIC;
        if (gigantic && (fits || instead)) {
            if (pools.free(PageSize.GIGANTIC) >= whole) {
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
        pending.fourth = address;
        pending.fifth = size | pages.ordinal();
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
                refuse(pending, (pending.fifth & Mman.PAGE_SIZE - 1) == PageSize.LARGE.ordinal()
                        ? Shortfall.NO_LARGE : Shortfall.NO_GIGANTIC);
            }
            end(slot, pending, 0);
        } else if (populate) {
            pending.then(populated);
            reply.make(slot, Nr.MADVISE, result, size(pending), Mman.MADV_POPULATE_WRITE, 0, 0, 0);
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
        end(slot, pending, 0);
    }

    private static void refuse(Pending pending, Shortfall how) {
        PoolUse use = ((AddressSpace) pending.subject).poolUse();
        use.fallShort(how);
        use.refuse(System.nanoTime());
    }

    private static void extend(int slot, Pending pending) {
        AddressSpace space = (AddressSpace) pending.subject;
        PageSize got = PageSize.values()[(int) (pending.fifth & Mman.PAGE_SIZE - 1)];
        space.arena().extendPool(pending.fourth, size(pending), got);
        end(slot, pending, pending.fourth);
    }

    private static void end(int slot, Pending pending, long address) {
        After after = (After) pending.after;
        pending.after = null;
        after.extended((AddressSpace) pending.subject, slot, pending, address);
    }
}
