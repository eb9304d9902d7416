package org.outrigger.kernel.memory;

import org.outrigger.host.PageMap;
import org.outrigger.host.ProcFile;

/** {@link Residency} as {@code /proc/PID/pagemap} tells it. */
public final class PageMaps implements Residency {
    /** Where Linux tells page by page: a look at more would take longer than it saves. */
    private static final long SHORT_REACH = 4L << 20;

    private static final int THREADS = 17;

    private final PageMap pages;
    private final ProcFile files;

    /**
     * @param pages reads the page maps
     * @param files reads what there is to know of processes
     */
    public PageMaps(PageMap pages, ProcFile files) {
        this.pages = pages;
        this.files = files;
    }

    /** Gone, or a zombie; but not a first thread that has ended before the others. Source: {@code proc_pid_stat(5)}. */
    @Override
    public boolean ended(int pid) {
        String stat = files.text("/proc/" + pid + "/stat");
        int name = stat.lastIndexOf(") "); // the name may hold anything
        if (name < 0) {
            return true;
        }
        String[] fields = stat.substring(name + 2).split(" ");
        return (fields[0].equals("Z") || fields[0].equals("X")) && Integer.parseInt(fields[THREADS]) <= 1;
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
