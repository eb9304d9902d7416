package org.outrigger.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.outrigger.abi.Nr;

/**
 * Which pages of a process are in memory or in swap, from {@code /proc/PID/pagemap}: by one call where Linux has
 * {@code PAGEMAP_SCAN} (6.7 and later), else page by page. Source: {@code Documentation/admin-guide/mm/pagemap.rst},
 * {@code struct pm_scan_arg} in {@code linux/fs.h}. Belongs to one thread.
 */
public final class PageMap {
    /** {@code _IOWR('f', 16, struct pm_scan_arg)}. */
    private static final long PAGEMAP_SCAN = 0xc060_6610L;
    private static final long ARGUMENT_SIZE = 96;
    private static final long START = 16;
    private static final long END = 24;
    private static final long WALK_END = 32;
    private static final long VECTOR = 40;
    private static final long VECTOR_LENGTH = 48;
    private static final long CATEGORY_INVERTED = 64;
    private static final long CATEGORY_MASK = 72;
    private static final long CATEGORY_ANYOF = 80;
    private static final long PAGE_IS_PRESENT = 1 << 3;
    private static final long PAGE_IS_SWAPPED = 1 << 4;
    private static final long PAGE_IS_PFNZERO = 1 << 5;
    /** {@code struct page_region}: start, end, categories. */
    private static final long REGION_SIZE = 24;
    private static final int REGIONS = 512;
    /** Bits 63 and 62 of a word: in memory, in swap. */
    private static final long PRESENT_OR_SWAPPED = 3L << 62;
    private static final long PAGE = 4096;
    private static final long WORDS = 512;
    private static final long O_CLOEXEC = 0x80000;
    private static final int AT_FDCWD = -100;

    private final Syscalls linux;
    private final MemorySegment path = Arena.global().allocate(64, 8);
    private final MemorySegment argument = Arena.global().allocate(ARGUMENT_SIZE, 8);
    private final MemorySegment regions = Arena.global().allocate(REGIONS * REGION_SIZE, 8);
    private final MemorySegment words = Arena.global().allocate(WORDS * Long.BYTES, 8);
    private final boolean scans;

    /** Finds out which way Linux tells. */
    public PageMap(Syscalls linux) {
        this.linux = linux;
        argument.set(ValueLayout.JAVA_LONG, 0, ARGUMENT_SIZE);
        argument.set(ValueLayout.JAVA_LONG, VECTOR, regions.address());
        argument.set(ValueLayout.JAVA_LONG, VECTOR_LENGTH, REGIONS);
        // Not the page of zeroes, and present or swapped.
        argument.set(ValueLayout.JAVA_LONG, CATEGORY_INVERTED, PAGE_IS_PFNZERO);
        argument.set(ValueLayout.JAVA_LONG, CATEGORY_MASK, PAGE_IS_PFNZERO);
        argument.set(ValueLayout.JAVA_LONG, CATEGORY_ANYOF, PAGE_IS_PRESENT | PAGE_IS_SWAPPED);
        scans = probe();
    }

    private boolean probe() {
        path.setString(0, "/proc/self/pagemap");
        long descriptor = linux.call(Nr.OPENAT, AT_FDCWD, path.address(), O_CLOEXEC);
        boolean works = descriptor >= 0 && scan((int) descriptor, 0, PAGE) >= 0;
        linux.call(Nr.CLOSE, descriptor, 0, 0);
        return works;
    }

    /** Whether a large range costs one call. */
    public boolean scans() {
        return scans;
    }

    /** Opens a process's page map: a descriptor, or a negative errno. It stays that of the image that the process has now. */
    public int open(int pid) {
        path.setString(0, "/proc/" + pid + "/pagemap");
        return (int) linux.call(Nr.OPENAT, AT_FDCWD, path.address(), O_CLOEXEC);
    }

    /** Closes what {@link #open} returned. */
    public void close(int descriptor) {
        linux.call(Nr.CLOSE, descriptor, 0, 0);
    }

    /**
     * Finds the pages that are in memory or in swap; where it can be told, Linux's page of zeroes is none.
     *
     * @param found start and end of each run; if there are more than fit, the last one extends to {@code end}
     * @return number of runs, or -1 where it cannot be told
     */
    public int present(int descriptor, long start, long end, long[] found) {
        return scans ? byScan(descriptor, start, end, found) : byWords(descriptor, start, end, found);
    }

    private long scan(int descriptor, long start, long end) {
        argument.set(ValueLayout.JAVA_LONG, START, start);
        argument.set(ValueLayout.JAVA_LONG, END, end);
        return linux.blind(Nr.IOCTL, descriptor, PAGEMAP_SCAN, argument.address(), 0);
    }

    private int byScan(int descriptor, long start, long end, long[] found) {
        int most = Math.min(REGIONS, found.length / 2);
        long got = scan(descriptor, start, end);
        if (got < 0 || got > REGIONS) {
            return -1;
        }
        int runs = (int) Math.min(got, most);
        for (int i = 0; i < runs; i++) {
            found[2 * i] = regions.get(ValueLayout.JAVA_LONG, i * REGION_SIZE);
            found[2 * i + 1] = regions.get(ValueLayout.JAVA_LONG, i * REGION_SIZE + Long.BYTES);
        }
        if (got > runs || argument.get(ValueLayout.JAVA_LONG, WALK_END) < end) { // there is more that was not told
            if (runs == 0) {
                return -1;
            }
            found[2 * runs - 1] = end;
        }
        return runs;
    }

    private int byWords(int descriptor, long start, long end, long[] found) {
        int runs = 0;
        boolean inside = false;
        for (long at = start; at < end;) {
            long pages = Math.min(WORDS, (end - at) / PAGE);
            long bytes = pages * Long.BYTES;
            if (linux.blind(Nr.PREAD64, descriptor, words.address(), bytes, at / PAGE * Long.BYTES) != bytes) {
                return -1;
            }
            for (long i = 0; i < pages; i++, at += PAGE) {
                boolean there = (words.get(ValueLayout.JAVA_LONG, i * Long.BYTES) & PRESENT_OR_SWAPPED) != 0;
                if (there && !inside) {
                    if (runs == found.length / 2) {
                        found[2 * runs - 1] = end;
                        return runs;
                    }
                    found[2 * runs++] = at;
                } else if (!there && inside) {
                    found[2 * runs - 1] = at;
                }
                inside = there;
            }
        }
        if (inside) {
            found[2 * runs - 1] = end;
        }
        return runs;
    }
}
