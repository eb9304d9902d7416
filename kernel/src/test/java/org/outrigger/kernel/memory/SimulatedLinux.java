package org.outrigger.kernel.memory;

import java.util.HashMap;
import java.util.Map;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;

/** An address space as Linux keeps it, page by page: what is mapped, how protected, and one word of content for each page. */
final class SimulatedLinux {
    static final long PAGE = 4096;
    static final long BREAK = 0x5555_5000_0000L;
    private static final long TOP = 0x7fff_ffff_f000L;
    private static final long RW = Mman.PROT_READ | Mman.PROT_WRITE;

    /** One page. */
    static final class Page {
        long prot;
        long content;

        Page(long prot, long content) {
            this.prot = prot;
            this.content = content;
        }
    }

    private final Map<Long, Page> pages = new HashMap<>();
    private long programBreak = BREAK;
    private long mapNext = 0x7f00_0000_0000L;
    private boolean locked;
    private long calls;

    /** As fork copies it. */
    SimulatedLinux copy() {
        SimulatedLinux copy = new SimulatedLinux();
        pages.forEach((at, page) -> copy.pages.put(at, new Page(page.prot, page.content)));
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
        return pages.get(address & -PAGE);
    }

    int mappedPages() {
        return pages.size();
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
            if (!pages.containsKey(at)) {
                return false;
            }
        }
        return true;
    }

    private boolean unmapped(long start, long end) {
        for (long at = start; at < end; at += PAGE) {
            if (pages.containsKey(at)) {
                return false;
            }
        }
        return true;
    }

    /** The runtime clears memory; it must be there and writable. */
    void zero(long start, long length) {
        for (long at = start; at < start + length; at += PAGE) {
            Page page = pages.get(at);
            if (page == null || page.prot != RW) {
                throw new AssertionError("the runtime would fault at " + Long.toHexString(at));
            }
            page.content = 0;
        }
    }

    /** A system call: result or negative errno. */
    long call(long nr, long... arg) {
        calls++;
        long start = arg[0];
        long length = up(arg[1]);
        boolean aligned = (start & PAGE - 1) == 0;
        return switch ((int) nr) {
            case Nr.MMAP -> mmap(start, arg[1], arg[2], arg[3]);
            case Nr.MUNMAP -> aligned && length > 0 && start <= TOP - length ? unmap(start, start + length) : -Errno.EINVAL;
            case Nr.MPROTECT -> aligned ? protect(start, start + length, arg[2]) : -Errno.EINVAL;
            case Nr.MADVISE -> aligned ? advise(start, start + length, arg[2]) : -Errno.EINVAL;
            case Nr.MREMAP -> aligned ? remap(start, length, up(arg[2]), arg[3], arg[4]) : -Errno.EINVAL;
            case Nr.BRK -> brk(start);
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
        long start = hint;
        if (!fixed) {
            mapNext -= length + PAGE;
            start = mapNext;
        }
        for (long at = start; at < start + length; at += PAGE) {
            pages.put(at, new Page(prot, 0));
        }
        return start;
    }

    private long unmap(long start, long end) {
        for (long at = start; at < end; at += PAGE) {
            pages.remove(at);
        }
        return 0;
    }

    private long protect(long start, long end, long prot) {
        for (long at = start; at < end; at += PAGE) {
            Page page = pages.get(at);
            if (page == null) {
                return -Errno.ENOMEM;
            }
            page.prot = prot;
        }
        return 0;
    }

    private long advise(long start, long end, long advice) {
        if (advice == Mman.MADV_DONTNEED && locked && !unmapped(start, end)) {
            return -Errno.EINVAL;
        }
        boolean hole = false;
        for (long at = start; at < end; at += PAGE) {
            Page page = pages.get(at);
            if (page == null) {
                hole = true;
            } else if (advice == Mman.MADV_DONTNEED) {
                page.content = 0;
            }
        }
        return hole ? -Errno.ENOMEM : 0;
    }

    private long remap(long old, long oldLength, long newLength, long flags, long target) {
        boolean fixed = (flags & Mman.MREMAP_FIXED) != 0;
        boolean mayMove = (flags & Mman.MREMAP_MAYMOVE) != 0;
        if (newLength == 0 || fixed && (!mayMove || target < old + oldLength && old < target + newLength)) {
            return -Errno.EINVAL;
        }
        if (!mapped(old, old + oldLength)) {
            return -Errno.EFAULT;
        }
        if (!fixed && newLength <= oldLength) {
            unmap(old + newLength, old + oldLength);
            return old;
        }
        if (!fixed && unmapped(old + oldLength, old + newLength)) {
            fill(old + oldLength, old + newLength, pages.get(old).prot);
            return old;
        }
        if (!mayMove) {
            return -Errno.ENOMEM;
        }
        long prot = pages.get(old).prot;
        long start = fixed ? target : mmap(0, newLength, prot, 0);
        unmap(start, start + newLength);
        for (long at = 0; at < Math.min(oldLength, newLength); at += PAGE) {
            pages.put(start + at, pages.remove(old + at));
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
