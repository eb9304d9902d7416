package org.outrigger.kernel.memory;

import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;

/** An address space as Linux keeps it, page by page: what is mapped, how protected, and one word of content for each page. */
final class SimulatedLinux {
    static final long PAGE = 4096;
    private static final long HUGE = 2L << 20;
    static final long BREAK = 0x5555_5000_0000L;
    private static final long TOP = 0x7fff_ffff_f000L;
    private static final long RW = Mman.PROT_READ | Mman.PROT_WRITE;

    /** One page. */
    static final class Page {
        long prot;
        long content;
        /** Written to, with whatever. */
        boolean touched;

        Page(long prot, long content) {
            this.prot = prot;
            this.content = content;
        }

        boolean present() {
            return touched || content != 0;
        }
    }

    private final NavigableMap<Long, Page> pages = new TreeMap<>();
    /** Mappings made by one call, start to end: their pages are entered above when somebody comes upon them. */
    private final NavigableMap<Long, Long> mappings = new TreeMap<>();
    /** First addresses of pages from the pool. */
    private final NavigableSet<Long> huge = new TreeSet<>();
    /** Where what has been moved meets its neighbours. */
    private final NavigableSet<Long> seams = new TreeSet<>();
    private SimulatedPool pool = new SimulatedPool(0, (pid, start, end) -> -1);
    private long programBreak = BREAK;
    private long mapNext = 0x7f00_0000_0000L;
    private boolean locked;
    private final Map<Long, Long> advised = new TreeMap<>();
    private long calls;
    private long looks;

    void pool(SimulatedPool its) {
        pool = its;
    }

    /** How all of a range is protected, or -1. */
    long protection(long start, long end) {
        for (long at = start; at < end; at += PAGE) {
            if (page(at) == null || page(at).prot != page(start).prot) {
                return -1;
            }
        }
        return page(start).prot;
    }

    /** Bytes on pages from the pool. */
    long pooled() {
        return huge.size() * HUGE;
    }

    /** Whether a range has a part of a page from the pool but not the whole. */
    private boolean cuts(long start, long end) {
        return start % HUGE != 0 && huge.contains(start & -HUGE) || end % HUGE != 0 && huge.contains(end & -HUGE);
    }

    private boolean touchesHuge(long start, long end) {
        return !huge.subSet(start & -HUGE, end).isEmpty();
    }

    /** {@code process_vm_readv} in one's own memory. */
    long copy(long to, long from, long length) {
        for (long at = 0; at < length; at += PAGE) {
            page(to + at).content = page(from + at).content;
            page(to + at).touched = true;
        }
        return length;
    }

    /** As fork copies it. */
    SimulatedLinux copy() {
        if (!huge.isEmpty()) {
            throw new AssertionError("the child may die for want of a page");
        }
        SimulatedLinux copy = new SimulatedLinux();
        pages.forEach((at, page) -> {
            copy.pages.put(at, new Page(page.prot, page.content));
            copy.page(at).touched = page.touched;
        });
        copy.mappings.putAll(mappings);
        copy.seams.addAll(seams);
        copy.programBreak = programBreak;
        copy.mapNext = mapNext;
        copy.locked = locked;
        return copy;
    }

    /** As after mlockall: Linux refuses to drop pages. */
    void lockAll() {
        locked = true;
    }

    Page page(long address) {
        long at = address & -PAGE;
        Page page = pages.get(at);
        if (page == null && covered(at)) {
            page = new Page(RW, 0);
            pages.put(at, page);
        }
        return page;
    }

    private boolean covered(long at) {
        Map.Entry<Long, Long> mapping = mappings.floorEntry(at);
        return mapping != null && mapping.getValue() > at;
    }

    long mappedPages() {
        long bytes = 0;
        for (Map.Entry<Long, Long> mapping : mappings.entrySet()) {
            bytes += mapping.getValue() - mapping.getKey();
        }
        return bytes / PAGE + pages.keySet().stream().filter(at -> !covered(at)).count();
    }

    /** System calls made so far. */
    long calls() {
        return calls;
    }

    static long up(long length) {
        return length + PAGE - 1 & -PAGE;
    }

    private boolean mapped(long start, long end) {
        for (long at = start; at < end; at += PAGE) {
            if (page(at) == null) {
                return false;
            }
        }
        return true;
    }

    private boolean unmapped(long start, long end) {
        Map.Entry<Long, Long> below = mappings.lowerEntry(end);
        return pages.subMap(start, end).isEmpty() && (below == null || below.getValue() <= start);
    }

    /** The runtime clears memory; it must be there and writable. */
    void zero(long start, long length) {
        for (long at = start; at < start + length; at += PAGE) {
            Page page = page(at);
            if (page == null || page.prot != RW) {
                throw new AssertionError("the runtime would fault at " + Long.toHexString(at));
            }
            page.content = 0;
            page.touched = true;
        }
    }

    /** The pages of a range that are in memory, as {@link Residency#look} tells of them. */
    int present(long start, long end, long[] found) {
        looks++;
        int runs = 0;
        for (Map.Entry<Long, Page> entry : pages.subMap(start, end).entrySet()) {
            long at = entry.getKey();
            if (!entry.getValue().present()) {
                continue;
            }
            if (runs > 0 && found[2 * runs - 1] == at) {
                found[2 * runs - 1] = at + PAGE;
            } else if (runs == found.length / 2) {
                found[2 * runs - 1] = end;
                return runs;
            } else {
                found[2 * runs++] = at;
                found[2 * runs - 1] = at + PAGE;
            }
        }
        return runs;
    }

    /** Bytes in memory. */
    long resident() {
        return pages.values().stream().filter(Page::present).count() * PAGE;
    }

    /** How often somebody has asked what is in memory. */
    long looks() {
        return looks;
    }

    /** A system call: result or negative errno. */
    long call(long nr, long... arg) {
        calls++;
        long start = arg[0];
        long length = up(arg[1]);
        boolean aligned = (start & PAGE - 1) == 0;
        return switch ((int) nr) {
            case Nr.MMAP -> mmap(start, arg[1], arg[2], arg[3]);
            case Nr.MUNMAP -> aligned && length > 0 && start <= TOP - length && !cuts(start, start + length)
                    ? unmap(start, start + length) : -Errno.EINVAL;
            case Nr.MPROTECT -> aligned ? protect(start, start + length, arg[2]) : -Errno.EINVAL;
            case Nr.MADVISE -> aligned ? advise(start, start + length, arg[2]) : -Errno.EINVAL;
            case Nr.MREMAP -> aligned ? remap(start, length, up(arg[2]), arg[3], arg[4]) : -Errno.EINVAL;
            case Nr.BRK -> brk(start);
            case Nr.MLOCKALL -> {
                lockAll();
                yield 0;
            }
            case Nr.MUNLOCKALL -> {
                locked = false;
                yield 0;
            }
            case Nr.SET_MEMPOLICY -> (arg[0] & 0x1fff) > 5 ? -Errno.EINVAL : 0;
            case Nr.MBIND, Nr.SET_MEMPOLICY_HOME_NODE -> 0;
            case Nr.MINCORE, Nr.MSYNC, Nr.MLOCK, Nr.MUNLOCK -> mapped(start & -PAGE, start + length) ? 0 : -Errno.ENOMEM;
            default -> throw new AssertionError("call " + nr);
        };
    }

    private long mmap(long hint, long bytes, long prot, long flags) {
        long length = up(bytes);
        if (bytes == 0) {
            return -Errno.EINVAL;
        }
        boolean noreplace = (flags & Mman.MAP_FIXED_NOREPLACE) != 0;
        boolean fixed = noreplace || (flags & Mman.MAP_FIXED) != 0;
        if (fixed && (hint & PAGE - 1) != 0) {
            return -Errno.EINVAL;
        }
        if (noreplace && !unmapped(hint, hint + length)) {
            return -Errno.EEXIST;
        }
        if (fixed && cuts(hint, hint + length)) {
            return -Errno.EINVAL;
        }
        if ((flags & Mman.MAP_HUGETLB) != 0 && !pool.take(length / HUGE)) {
            return -Errno.ENOMEM;
        }
        long start = hint;
        if (!fixed) {
            mapNext -= length + PAGE;
            start = mapNext;
        }
        unmap(start, start + length);
        for (long at = start; at < start + length && (flags & Mman.MAP_HUGETLB) != 0; at += HUGE) {
            huge.add(at);
        }
        if (prot == RW) {
            mappings.put(start, start + length);
        } else {
            fill(start, start + length, prot);
        }
        return start;
    }

    private long unmap(long start, long end) {
        if (start >= end) {
            return 0;
        }
        pages.subMap(start, end).clear();
        seams.subSet(start, false, end, false).clear();
        pool.give(huge.subSet(start, end).size());
        huge.subSet(start, end).clear();
        while (true) {
            Map.Entry<Long, Long> mapping = mappings.lowerEntry(end);
            if (mapping == null || mapping.getValue() <= start) {
                return 0;
            }
            mappings.remove(mapping.getKey());
            if (mapping.getKey() < start) {
                mappings.put(mapping.getKey(), start);
            }
            if (mapping.getValue() > end) {
                mappings.put(end, mapping.getValue());
            }
        }
    }

    private long protect(long start, long end, long prot) {
        if (cuts(start, end)) {
            return -Errno.EINVAL;
        }
        for (long at = start; at < end; at += PAGE) {
            Page page = page(at);
            if (page == null) {
                return -Errno.ENOMEM;
            }
            page.prot = prot;
        }
        return 0;
    }

    /** How often some memory was advised so. */
    long advised(long advice) {
        return advised.getOrDefault(advice, 0L);
    }

    private long advise(long start, long end, long advice) {
        advised.merge(advice, 1L, Long::sum);
        if (advice == Mman.MADV_DONTNEED && locked && !unmapped(start, end)) {
            return -Errno.EINVAL;
        }
        if (touchesHuge(start, end) && advice != Mman.MADV_POPULATE_WRITE
                && (cuts(start, start) || advice != Mman.MADV_DONTNEED)) {
            return -Errno.EINVAL;
        }
        if (advice == Mman.MADV_DONTNEED && cuts(start, end)) {
            return advise(start, end & -HUGE, advice); // as Linux does
        }
        if (advice == Mman.MADV_DONTNEED) {
            for (Page page : pages.subMap(start, end).values()) {
                page.content = 0;
                page.touched = false;
            }
        }
        for (long at = start; at < end; at += PAGE) {
            Map.Entry<Long, Long> mapping = mappings.floorEntry(at);
            if (mapping != null && mapping.getValue() > at) {
                at = mapping.getValue() - PAGE;
            } else if (!pages.containsKey(at)) {
                return -Errno.ENOMEM;
            }
        }
        return 0;
    }

    private long remap(long old, long oldLength, long newLength, long flags, long target) {
        boolean fixed = (flags & Mman.MREMAP_FIXED) != 0;
        boolean mayMove = (flags & Mman.MREMAP_MAYMOVE) != 0;
        if (!seams.subSet(old + 1, old + oldLength).isEmpty() && (fixed || newLength > oldLength)) {
            return -Errno.EFAULT; // several mappings
        }
        if (touchesHuge(old, old + oldLength) || fixed && cuts(target, target + newLength)) {
            return -Errno.EINVAL;
        }
        if (newLength == 0 || fixed && (!mayMove || target < old + oldLength && old < target + newLength)) {
            return -Errno.EINVAL;
        }
        if (!mapped(old, old + (fixed || newLength > oldLength ? oldLength : PAGE))) { // what goes may have holes
            return -Errno.EFAULT;
        }
        if (!fixed && newLength <= oldLength) {
            unmap(old + newLength, old + oldLength);
            return old;
        }
        if (!fixed && unmapped(old + oldLength, old + newLength)) {
            fill(old + oldLength, old + newLength, page(old).prot);
            return old;
        }
        if (!mayMove) {
            return -Errno.ENOMEM;
        }
        long prot = page(old).prot;
        long start = fixed ? target : mmap(0, newLength, prot, 0);
        unmap(start, start + newLength);
        if (fixed) {
            seams.add(start);
            seams.add(start + newLength);
        }
        for (long at = 0; at < Math.min(oldLength, newLength); at += PAGE) {
            pages.put(start + at, page(old + at));
        }
        unmap(old, old + oldLength);
        fill(start + oldLength, start + newLength, prot);
        return start;
    }

    private void fill(long start, long end, long prot) {
        for (long at = start; at < end; at += PAGE) {
            pages.put(at, new Page(prot, 0));
        }
    }

    private long brk(long wanted) {
        if (wanted >= BREAK) {
            unmap(up(wanted), up(programBreak));
            fill(up(programBreak), up(wanted), RW);
            programBreak = wanted;
        }
        return programBreak;
    }
}
