package org.outrigger.kernel.memory;

import org.outrigger.host.PageMap;

/** {@link Residency} as {@code /proc/PID/pagemap} tells it. */
public final class PageMaps implements Residency {
    /** Where Linux tells page by page: a look at more would take longer than it saves. */
    private static final long SHORT_REACH = 4L << 20;

    private final PageMap pages;

    /** @param pages reads the page maps */
    public PageMaps(PageMap pages) {
        this.pages = pages;
    }

    @Override
    public int open(int pid) {
        return pages.open(pid);
    }

    @Override
    public long reach() {
        return pages.scans() ? Long.MAX_VALUE : SHORT_REACH;
    }

    @Override
    public int look(int descriptor, long start, long end, long[] found) {
        return pages.present(descriptor, start, end, found);
    }

    @Override
    public void close(int descriptor) {
        pages.close(descriptor);
    }
}
