package org.outrigger.kernel.report;

import java.util.List;

/**
 * What the LWK's memory management did for the job, over all its processes.
 *
 * @param arenaReservedBytes address space set apart for arenas
 * @param arenaPeakBytes     the most that was in use at one time
 * @param extents            number of contiguous ranges that the arenas consist of
 * @param pages              bytes per kind of page, smallest page first, those of the pools last
 * @param heapPeakBytes      the largest heap ({@code brk}) of any process
 * @param minorFaults        page faults without input or output, or {@link JobReport#UNKNOWN}
 * @param majorFaults        page faults that needed input, or {@link JobReport#UNKNOWN}
 * @param arenaCalls         memory calls that were served from the arena without Linux
 */
public record MemoryFacts(long arenaReservedBytes, long arenaPeakBytes, long extents, List<PageUse> pages,
        long heapPeakBytes, long minorFaults, long majorFaults, long arenaCalls) {

    public MemoryFacts {
        pages = List.copyOf(pages);
    }

    /**
     * The memory behind one kind of page.
     *
     * @param pageBytes size of one page: 4096, 2097152, or 1073741824
     * @param bytes     memory mapped with such pages
     * @param pool      whether they come from Linux's huge-page pools; then what was mapped at the peak of each process counts
     */
    public record PageUse(long pageBytes, long bytes, boolean pool) {
        /** Ordinary memory. */
        public PageUse(long pageBytes, long bytes) {
            this(pageBytes, bytes, false);
        }
    }
}
