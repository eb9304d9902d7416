package org.outrigger.kernel.memory;

/**
 * Which pages of a process hold something: what Linux knows and the LWK does not see. A page that holds nothing is neither in
 * memory nor in swap, or is Linux's own page of zeroes; in private anonymous memory it reads as zero.
 */
public interface Residency {
    /** Runs that one look can tell of. */
    int RUNS = 512;

    /** Opens a process's page table for looking; a negative errno where that is not permitted. */
    int open(int pid);

    /** The most bytes that are worth a look: without the call for it, Linux tells page by page. */
    long reach();

    /**
     * Finds the pages that hold something.
     *
     * @param descriptor what {@link #open} returned
     * @param found      start and end of each run, at most {@link #RUNS}; if there are more, the last one extends to {@code end}
     * @return number of runs, or -1 where it cannot be told
     */
    int look(int descriptor, long start, long end, long[] found);

    /** Whether the process has ended, as its parent may know already. */
    default boolean ended(int pid) {
        return false;
    }

    /** Closes what {@link #open} returned. */
    void close(int descriptor);
}
