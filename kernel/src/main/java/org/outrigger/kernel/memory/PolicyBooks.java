package org.outrigger.kernel.memory;

/** What the threads of an address space have done about NUMA nodes, as far as kept pages are concerned. */
public final class PolicyBooks {
    private boolean shared;
    private boolean set;
    private boolean differ;
    /** Bounds of the heap's part that may have pages from before the policy was set. */
    private long staleFrom;
    private long staleTo;

    PolicyBooks() {
    }

    /** Those of a child that is forked: it has one thread. */
    PolicyBooks(PolicyBooks parent) {
        set = parent.set;
        differ = parent.differ;
        staleFrom = parent.staleFrom;
        staleTo = parent.staleTo;
    }

    /** Another thread may run in the address space from now on. */
    public void share() {
        shared = true;
    }

    /**
     * A thread has set its policy.
     *
     * @param heapEnd  the application's break, on a page
     * @param heapUsed up to where the heap may hold something
     */
    void set(long heapEnd, long heapUsed) {
        set = true;
        differ |= shared;
        staleFrom = heapEnd;
        staleTo = heapUsed;
    }

    /** Whether a thread has set its policy. */
    boolean isSet() {
        return set;
    }

    /** Whether threads may have different policies: then nobody knows for whom a kept page would be right. */
    boolean differ() {
        return differ;
    }

    /** Whether a part of the heap that holds something may have it from before. */
    boolean stale(long from, long to) {
        return from < to && (differ || from < staleTo && to > staleFrom);
    }

    /** Up to here the heap has no such pages any more. */
    void refresh(long to) {
        staleFrom = Math.max(staleFrom, to);
    }
}
