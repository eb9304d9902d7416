package org.outrigger.kernel.inject;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.outrigger.host.ProcessMemory;
import org.outrigger.kernel.patch.LeftSite.Reason;
import org.outrigger.kernel.patch.PatchRule;
import org.outrigger.kernel.patch.Site;
import org.outrigger.kernel.patch.SiteCache;
import org.outrigger.kernel.patch.SiteMap;
import org.outrigger.kernel.patch.Trampolines;

/**
 * The thread that searches files for call sites, so that the kernel loop need not wait for it. With the sites of the first file
 * that has many it rehearses the patching, on a copy in the LWK's own memory: a process waits for the real one, and code that has
 * run is several times as fast.
 */
public final class Surveyor implements Runnable {
    /** Sites that are worth a rehearsal: the C library has as many, and the JVM compiles what has run so often. */
    private static final int MANY = 250;

    /** Hears, on the surveyor's thread, that a search has been done. */
    public interface Done {
        void surveyed(Runnable continuation);
    }

    /** A file, and its sites that may be patched. */
    private record Searched(SiteMap map, List<Site> allowed) {
    }

    private record Order(List<String> paths, Runnable continuation) {
    }

    private final SiteCache cache;
    private final Done done;
    private final BlockingQueue<Order> orders = new LinkedBlockingQueue<>();
    private final Map<String, Searched> known = new ConcurrentHashMap<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final SiteWriter writer;
    private boolean rehearsed;

    /** @param memory of this thread's own */
    public Surveyor(SiteCache cache, ProcessMemory memory, Done done) {
        this.cache = cache;
        this.done = done;
        writer = new SiteWriter(memory);
    }

    /** The sites of a file that may be patched; null where it has not been searched yet. Any thread. */
    public List<Site> sites(String path) {
        Searched searched = known.get(path);
        return searched == null ? null : searched.allowed;
    }

    /**
     * Why a call of a patched process is trapped, where its {@code syscall} lies in a file that has been searched. Any thread.
     *
     * @param offset of the {@code syscall} in the file, in bytes
     */
    public Optional<Reason> reason(String path, long offset) {
        return Optional.ofNullable(known.get(path)).flatMap(searched -> searched.map.reason(offset));
    }

    /** Has files searched; then the continuation is handed back. */
    public void order(List<String> paths, Runnable continuation) {
        underWay.incrementAndGet();
        orders.add(new Order(paths, continuation));
    }

    /** Whether something is being searched or rehearsed. Any thread. */
    public boolean busy() {
        return underWay.get() > 0;
    }

    @Override
    public void run() {
        try {
            while (true) {
                Order order = orders.take();
                for (String path : order.paths) {
                    known.computeIfAbsent(path, this::search);
                }
                done.surveyed(order.continuation);
                for (String path : order.paths) {
                    rehearse(path, known.get(path).allowed);
                }
                underWay.decrementAndGet();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private Searched search(String path) {
        SiteMap map;
        try {
            map = cache.sites(Path.of(path));
        } catch (IOException | InvalidPathException unreadable) {
            map = SiteMap.none(""); // its calls go on trapping
        }
        return new Searched(map, map.sites().stream().filter(site -> PatchRule.allows(site.nr())).toList());
    }

    private void rehearse(String path, List<Site> sites) {
        if (rehearsed || sites.size() < MANY) {
            return;
        }
        rehearsed = true;
        try (FileChannel file = FileChannel.open(Path.of(path)); Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(file.size() + Trampolines.size(sites.size()), Trampolines.SIZE);
            file.read(copy.asSlice(0, file.size()).asByteBuffer());
            long island = copy.address() + file.size();
            long shift = sites.get(0).offset() - sites.get(0).vaddr();
            List<Site> together = sites.stream().filter(site -> inside(site, shift, island - copy.address())).toList();
            if (writer.open((int) ProcessHandle.current().pid())) {
                Trampolines.Block block = writer.trampolines(island, copy.address() + shift, together);
                if (block != null) {
                    writer.jumps(block);
                }
                writer.close();
            }
        } catch (IOException | RuntimeException unreadable) {
            rehearsed = true; // then the real one is the first, and processes go on being answered
        }
    }

    /** Whether all that would be written for a site lies in its file. */
    private static boolean inside(Site site, long shift, long size) {
        long hole = site.hops() ? site.hole().vaddr() + shift : site.offset();
        return site.offset() - site.vaddr() == shift && Math.min(hole, site.offset()) >= 0
                && hole + Site.JUMP_SIZE <= size && site.offset() + site.size() <= size;
    }
}
