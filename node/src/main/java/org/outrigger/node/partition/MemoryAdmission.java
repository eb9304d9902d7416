package org.outrigger.node.partition;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.outrigger.node.MemorySize;

/** Whether the nodes have the memory that a partition is to get beyond what it has. */
final class MemoryAdmission {
    private MemoryAdmission() {
    }

    static void check(NodeFiles files, Optional<Partition> old, Partition next) throws PartitionException {
        Map<Integer, Long> more = new TreeMap<>();
        for (PoolPages pages : next.memory()) {
            NodeMemory node = NodeMemory.find(files, pages.node()).orElseThrow(
                    () -> new PartitionException("there is no NUMA node " + pages.node()));
            if (node.total() == 0) {
                throw new PartitionException("NUMA node " + pages.node() + " has no memory");
            }
            if (!files.exists(pages.file())) {
                throw new PartitionException("NUMA node " + pages.node() + " has no pool for pages of "
                        + MemorySize.text(pages.pageBytes()));
            }
            more.merge(pages.node(), pages.bytes(), Long::sum);
        }
        old.ifPresent(had -> had.memory().forEach(pages -> more.merge(pages.node(), -pages.bytes(), Long::sum)));
        for (Map.Entry<Integer, Long> wanted : more.entrySet()) {
            long there = wanted.getValue() <= 0 ? 0 : NodeMemory.find(files, wanted.getKey()).orElseThrow().available();
            if (wanted.getValue() > there) {
                throw new PartitionException("NUMA node " + wanted.getKey() + " has no " + MemorySize.text(wanted.getValue())
                        + ": " + MemoryText.about(there) + " are free or can be taken back");
            }
        }
    }

    /** Whether what the processes of a partition have stays in it. */
    static void checkUse(Looker looker, NodeFiles files, Partition old, Partition next) throws PartitionException {
        List<String> groups = looker.groups(old);
        PoolUse use = new PoolUse(files, groups, looker.tenants(groups));
        for (PoolPages had : old.memory()) {
            long left = next.memory().stream().filter(pages -> pages.file().equals(had.file())).mapToLong(PoolPages::pages).sum();
            long used = left < had.pages() ? use.pages(had) : 0;
            if (used > left) {
                String holder = use.held(had).entrySet().stream().max(Map.Entry.comparingByValue())
                        .map(held -> "process " + held.getKey().pid() + " (" + held.getKey().name() + ") has " + held.getValue())
                        .orElse("its processes have " + used);
                throw new PartitionException(holder + " of the " + had.pages() + " pages of " + MemorySize.text(had.pageBytes())
                        + " on NUMA node " + had.node() + ": they cannot become " + left);
            }
        }
    }
}
