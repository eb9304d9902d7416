package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.outrigger.node.MemorySize;

/** Where pages of 1 GiB could not be had, memory in pages of 2 MiB in their place. */
final class SmallerPages {
    private final Map<String, Long> missing = new LinkedHashMap<>();
    private final Map<String, PoolPages> wanted = new LinkedHashMap<>();

    /** A command of which a part can be in smaller pages. */
    interface Command {
        Partitions.Outcome with(SmallerPages smaller) throws PartitionException;
    }

    /** Carries a command out; where there are too few of the largest pages, again with the rest in the usual ones, and a note. */
    static Partitions.Outcome tried(Command command) throws PartitionException {
        SmallerPages smaller = new SmallerPages();
        while (true) {
            try {
                Partitions.Outcome outcome = command.with(smaller);
                List<String> notes = new ArrayList<>(smaller.notes());
                notes.addAll(outcome.notes());
                return new Partitions.Outcome(outcome.partition(), notes);
            } catch (PartitionException refused) {
                if (!smaller.helps(refused)) {
                    throw refused;
                }
            }
        }
    }

    /** Whether a failure was for want of the largest pages, of which fewer will be asked for next time. */
    private boolean helps(PartitionException failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof ShortOfPagesException)) {
            cause = cause.getCause();
        }
        if (!(cause instanceof ShortOfPagesException few) || !wanted.containsKey(few.pool())) {
            return false;
        }
        PoolPages asked = wanted.get(few.pool());
        long without = missing.getOrDefault(few.pool(), 0L);
        if (few.missing() <= 0 || without >= asked.pages()) {
            return false;
        }
        missing.put(few.pool(), Math.min(asked.pages(), without + few.missing()));
        return true;
    }

    /** The partition with smaller pages for those that could not be had. */
    Partition of(Partition partition) {
        wanted.clear();
        List<PoolPages> memory = new ArrayList<>();
        for (PoolPages pages : partition.memory()) {
            if (pages.pageBytes() != PageChoice.LARGE) {
                memory.add(pages);
                continue;
            }
            wanted.put(pages.file(), pages);
            long less = Math.min(pages.pages(), missing.getOrDefault(pages.file(), 0L));
            if (less < pages.pages()) {
                memory.add(new PoolPages(pages.node(), pages.pageBytes(), pages.pages() - less));
            }
            if (less > 0) {
                memory.add(new PoolPages(pages.node(), PageChoice.USUAL, less * (PageChoice.LARGE / PageChoice.USUAL)));
            }
        }
        return partition.with(partition.cores(), partition.linuxCores(), PageChoice.sum(memory, List.of()));
    }

    /** What has smaller pages, one sentence for each node. */
    List<String> notes() {
        List<String> notes = new ArrayList<>();
        missing.forEach((pool, count) -> notes.add("NUMA node " + wanted.get(pool).node() + " has " + count + " of "
                + wanted.get(pool).pages() + " pages of 1G too few: " + MemorySize.text(count * PageChoice.LARGE)
                + " are in pages of " + MemorySize.text(PageChoice.USUAL)));
        return notes;
    }
}
