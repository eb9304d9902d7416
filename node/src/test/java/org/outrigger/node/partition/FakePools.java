package org.outrigger.node.partition;

import java.util.HashMap;
import java.util.Map;

/** The pools of a {@link FakeNode}: they grow as far as there is room, and keep what is in use. */
final class FakePools {
    private final Map<String, String> files;
    private final Map<String, Long> room = new HashMap<>();
    private final Map<String, Long> inUse = new HashMap<>();

    FakePools(Map<String, String> files) {
        this.files = files;
    }

    void add(String pool, long pages, long more) {
        room.put(pool, pages + more);
    }

    /** A pool grows as far as there is room; pages that are in use stay, as surplus. */
    void resize(String pool, long wanted) {
        long pages = Math.min(wanted, room.get(pool));
        long used = inUse.getOrDefault(pool, 0L);
        files.put(pool, Long.toString(Math.max(pages, used)));
        files.put(pool.replace("nr_", "surplus_"), Long.toString(Math.max(0, used - pages)));
    }

    void inUse(String pool, long pages) {
        long stays = Long.parseLong(files.get(pool)) - Long.parseLong(files.get(pool.replace("nr_", "surplus_")));
        inUse.put(pool, pages);
        resize(pool, stays);
    }
}
