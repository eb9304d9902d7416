package org.outrigger.kernel.memory;

/** Linux's pool of huge pages. */
final class SimulatedPool implements HugePools, PoolLedger.Stock {
    private final int size;
    private final Protections protections;
    private long free;
    private boolean refusing;
    private final PoolLedger ledger;

    /** How a process's memory is protected. */
    interface Protections {
        long of(int pid, long start, long end);
    }

    SimulatedPool(int pages, Protections protections) {
        this(pages, protections, PoolLedger.leaving(java.util.List.of()));
    }

    /** @param ledger what the job may take */
    SimulatedPool(int pages, Protections protections, PoolLedger ledger) {
        this.ledger = ledger;
        this.protections = protections;
        size = pages;
        free = pages;
    }

    /** Takes pages, or leaves them there where there are too few. */
    boolean take(long pages) {
        boolean enough = pages <= free && !refusing;
        free -= enough ? pages : 0;
        return enough;
    }

    void give(long pages) {
        free += pages;
    }

    /** From now on it promises what it does not give. */
    void refuse() {
        refusing = true;
    }

    /** Pages that somebody has. */
    long taken() {
        return size - free;
    }

    @Override
    public boolean any() {
        return size > 0 && ledger.open();
    }

    @Override
    public PoolLedger.Offer offer(PageSize pages) {
        return ledger.offer(pages, this);
    }

    @Override
    public PoolLedger ledger() {
        return ledger;
    }

    @Override
    public long free(PageSize pages, int node) {
        return free(pages);
    }

    @Override
    public int[] nodes() {
        return new int[0];
    }

    @Override
    public long free(PageSize pages) {
        return pages == PageSize.LARGE ? free * pages.bytes() : 0;
    }

    @Override
    public boolean unsure() {
        return false;
    }

    @Override
    public boolean always() {
        return false;
    }

    @Override
    public long protection(int pid, long start, long end) {
        return protections.of(pid, start, end);
    }

    @Override
    public long available() {
        return Long.MAX_VALUE;
    }
}
