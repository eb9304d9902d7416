package org.outrigger.kernel.inject;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.outrigger.kernel.patch.LeftSite.Reason;
import org.outrigger.kernel.patch.PatchRule;
import org.outrigger.kernel.patch.Site;
import org.outrigger.kernel.patch.SiteCache;
import org.outrigger.kernel.patch.SiteMap;

/** The thread that searches files for call sites, so that the kernel loop need not wait for it. */
public final class Surveyor implements Runnable {

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

    public Surveyor(SiteCache cache, Done done) {
        this.cache = cache;
        this.done = done;
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
        orders.add(new Order(paths, continuation));
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
}
