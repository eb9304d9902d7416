package org.outrigger.kernel.inject;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;
import org.outrigger.host.ProcFile;
import org.outrigger.host.ProcessMemory;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.memory.AddressSpace;
import org.outrigger.kernel.patch.Site;
import org.outrigger.kernel.patch.Trampolines;

/**
 * Patches call sites in processes. A process is patched when it has shown that it lives long enough to gain by it, and at a
 * moment when no other thread can be executing what is written; what it maps later is patched as it is mapped.
 *
 * <p>Order matters, for the LWK may die between any two steps: an island of trampolines is mapped and written and entered in the
 * process's table first, only then are sites made to jump there. Owned by the kernel loop.
 */
public final class Patcher {
    private static final int HEX = 16;
    private static final long APART = 1L << 20;
    /** Farther than this a 32-bit jump may not reach. */
    private static final long REACH = 1L << 30;
    private static final long ISLAND_PROT = Mman.PROT_READ | Mman.PROT_EXEC;
    private static final long ISLAND_FLAGS = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED_NOREPLACE;
    private static final int ISLAND_ENTRY = 16;

    /** A part of a file, mapped executable. */
    private record Region(long start, long end, long offset, String path) {
    }

    /** What is to be done in one process, and the result that its thread waits for. */
    private final class Work {
        final int pid;
        final int slot;
        final AddressSpace space;
        final List<Region> regions;
        final long value;
        /** Where Linux's own mappings end below the stack: it maps downwards from there, never above. */
        long top;
        int next;
        List<Site> sites = List.of();

        Work(int pid, int slot, AddressSpace space, List<Region> regions, long value, long top) {
            this.pid = pid;
            this.slot = slot;
            this.space = space;
            this.regions = regions;
            this.value = value;
            this.top = top;
        }
    }

    /** Whether a thread still waits in a slot as it did when the search was ordered. */
    public interface Waiting {
        boolean waits(int slot, Pending pending);
    }

    private final Reply reply;
    private final ProcFile files;
    private final SiteWriter writer;
    private final Surveyor surveyor;
    private final Waiting waiting;
    private final Pending.Step islandMapped = this::islandMapped;
    private final Pending.Step fileMapped = this::fileMapped;
    private long patched;

    public Patcher(Reply reply, ProcFile files, ProcessMemory memory, Surveyor surveyor, Waiting waiting) {
        this.reply = reply;
        this.files = files;
        writer = new SiteWriter(memory);
        this.surveyor = surveyor;
        this.waiting = waiting;
    }

    /** Sites patched in all processes of the job. */
    public long patched() {
        return patched;
    }

    private String[] maps(int pid) {
        return files.text("/proc/" + pid + "/maps").split("\n");
    }

    private static long topOf(String[] maps) {
        long top = 0;
        for (String line : maps) {
            if (line.endsWith("[stack]")) {
                break;
            }
            int dash = line.indexOf('-');
            int space = line.indexOf(' ');
            if (dash > 0 && space > dash) {
                top = Long.parseUnsignedLong(line, dash + 1, space, HEX);
            }
        }
        return top;
    }

    /**
     * A place for an island that neither Linux nor the program will think of: a program that has unmapped memory may count on
     * finding the place free. Above all that Linux has mapped, for libraries; else right below the file.
     */
    private static long place(Work work, Region region, long size) {
        boolean library = work.top > region.start && work.top - region.start < REACH;
        return library ? work.top + APART : region.start - size - APART;
    }

    /** Patches everything that a process has mapped; its only thread waits, and gets 1. */
    public void patch(int pid, int slot, AddressSpace space, Pending pending) {
        String[] maps = maps(pid);
        begin(new Work(pid, slot, space, regionsOf(maps), 1, topOf(maps)), pending);
    }

    /** Whether all is known that it takes to patch a process; if not, the rest is searched meanwhile, and nobody waits for it. */
    public boolean ready(int pid) {
        if (surveyor.busy()) {
            return false;
        }
        List<String> unknown = unknown(regionsOf(maps(pid)));
        if (!unknown.isEmpty()) {
            surveyor.order(unknown, () -> { });
        }
        return unknown.isEmpty();
    }

    /** The code of files, in a process's memory map; proc_pid_maps(5). */
    private static List<Region> regionsOf(String[] maps) {
        List<Region> regions = new ArrayList<>();
        for (String line : maps) {
            int path = line.indexOf('/');
            int dash = line.indexOf('-');
            int rights = line.indexOf(' ');
            if (path > 0 && line.startsWith("xp ", rights + 3) && !line.startsWith("/memfd:", path)) {
                int offset = rights + 6;
                regions.add(new Region(Long.parseUnsignedLong(line, 0, dash, HEX),
                        Long.parseUnsignedLong(line, dash + 1, rights, HEX),
                        Long.parseUnsignedLong(line, offset, line.indexOf(' ', offset), HEX), line.substring(path)));
            }
        }
        return regions;
    }

    /** A patched process maps a file executable: operands as of {@code mmap}. */
    public void map(int pid, int slot, AddressSpace space, long length, int descriptor, long offset, Pending pending) {
        String path = files.link("/proc/" + pid + "/fd/" + descriptor);
        pending.first = length;
        pending.second = offset;
        pending.subject = new Work(pid, slot, space, List.of(new Region(0, 0, 0, path)), 0, 0);
        pending.then(fileMapped);
        reply.tell(slot);
    }

    private void fileMapped(int slot, Pending pending, long result) {
        Work told = (Work) pending.subject;
        if (result < 0 || !told.regions.get(0).path.startsWith("/")) {
            reply.done(slot, result);
            return;
        }
        Region region = new Region(result, result + pending.first, pending.second, told.regions.get(0).path);
        begin(new Work(told.pid, slot, told.space, List.of(region), result, topOf(maps(told.pid))), pending);
    }

    private void begin(Work work, Pending pending) {
        List<String> unknown = unknown(work.regions);
        if (unknown.isEmpty()) {
            proceed(work, pending);
            return;
        }
        surveyor.order(unknown, () -> {
            if (waiting.waits(work.slot, pending)) {
                proceed(work, pending);
            }
        });
    }

    private List<String> unknown(List<Region> regions) {
        List<String> unknown = new ArrayList<>();
        for (Region region : regions) {
            if (surveyor.sites(region.path) == null) {
                unknown.add(region.path);
            }
        }
        return unknown;
    }

    private void proceed(Work work, Pending pending) {
        while (work.next < work.regions.size()) {
            Region region = work.regions.get(work.next);
            work.sites = sitesIn(region);
            if (!work.sites.isEmpty() && work.space.islands() < Layout.ISLANDS) {
                long size = Trampolines.size(work.sites.size()) + Mman.PAGE_SIZE - 1 & -Mman.PAGE_SIZE;
                pending.subject = work;
                pending.first = size;
                pending.then(islandMapped);
                reply.make(work.slot, Nr.MMAP, place(work, region, size), size, ISLAND_PROT, ISLAND_FLAGS, -1, 0);
                return;
            }
            work.next++;
        }
        reply.done(work.slot, work.value);
    }

    private List<Site> sitesIn(Region region) {
        List<Site> all = surveyor.sites(region.path);
        List<Site> here = new ArrayList<>();
        long length = region.end - region.start;
        for (Site site : all == null ? List.<Site>of() : all) {
            long at = site.offset() - region.offset;
            boolean sameBias = here.isEmpty() || site.offset() - site.vaddr() == here.get(0).offset() - here.get(0).vaddr();
            long hole = site.hops() ? at + site.hole().vaddr() - site.vaddr() : at;
            boolean inside = at >= 0 && at + site.size() <= length && hole >= 0 && hole + Site.JUMP_SIZE <= length;
            if (inside && sameBias) {
                here.add(site);
            }
        }
        return here;
    }

    private void islandMapped(int slot, Pending pending, long result) {
        Work work = (Work) pending.subject;
        if (result > 0 && writer.open(work.pid)) {
            write(work, result, result + pending.first);
            writer.close();
            work.top = Math.max(work.top, result + pending.first);
        }
        work.next++;
        proceed(work, pending);
    }

    private void write(Work work, long island, long islandEnd) {
        Region region = work.regions.get(work.next);
        Site first = work.sites.get(0);
        long bias = region.start + first.offset() - region.offset - first.vaddr();
        Trampolines.Block block = writer.trampolines(island, bias, work.sites);
        byte[] bounds = ByteBuffer.allocate(ISLAND_ENTRY).order(ByteOrder.LITTLE_ENDIAN).putLong(island).putLong(islandEnd)
                .array();
        int entry = work.space.islands();
        if (block != null && writer.write(Layout.RT_DATA + (long) entry * ISLAND_ENTRY, bounds)) {
            work.space.addIsland();
            patched += writer.jumps(block);
        }
    }
}
