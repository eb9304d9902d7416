package org.outrigger.kernel.inject;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.outrigger.kernel.patch.PatchRule;
import org.outrigger.kernel.patch.Site;
import org.outrigger.kernel.patch.SiteCache;

/** The thread that searches files for call sites, so that the kernel loop need not wait for it. */
public final class Surveyor implements Runnable {

    /** Hears, on the surveyor's thread, that a search has been done. */
    public interface Done {
        void surveyed(Runnable continuation);
    }

    private record Order(List<String> paths, Runnable continuation) {
    }

    private final SiteCache cache;
    private final Done done;
    private final BlockingQueue<Order> orders = new LinkedBlockingQueue<>();
    private final Map<String, List<Site>> known = new ConcurrentHashMap<>();

    public Surveyor(SiteCache cache, Done done) {
        this.cache = cache;
        this.done = done;
    }

    /** The sites of a file that may be patched; null where it has not been searched yet. Any thread. */
    public List<Site> sites(String path) {
        return known.get(path);
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

    private List<Site> search(String path) {
        List<Site> allowed = new ArrayList<>();
        try {
            for (Site site : cache.sites(Path.of(path)).sites()) {
                if (PatchRule.allows(site.nr())) {
                    allowed.add(site);
                }
            }
        } catch (IOException | InvalidPathException unreadable) {
            return List.of(); // its calls go on trapping
        }
        return allowed;
    }
}
