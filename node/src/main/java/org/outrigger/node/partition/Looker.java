package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What can be seen of a partition. Needs no privilege. */
final class Looker {
    private final NodeFiles files;
    private final Books books;

    Looker(NodeFiles files, Books books) {
        this.files = files;
        this.books = books;
    }

    /** All of it but what Linux keeps on its cores. */
    Sight look(Partition partition, List<String> unmovable, List<String> strangers, List<RunningJob> jobs) {
        List<Step> interrupts = books.holds().stream().filter(hold -> hold.key().startsWith("/proc/irq/"))
                .map(hold -> new Step(hold.what(), hold.key(), hold.was(), hold.ours())).toList();
        List<String> groups = groups(partition);
        return new Sight(partition, kind(partition), groups, memory(partition), interrupts, unmovable, strangers, jobs,
                tenants(groups));
    }

    /** Its pages, and how many its processes have. */
    List<Sight.Pool> memory(Partition partition) {
        List<String> groups = groups(partition);
        PoolUse use = new PoolUse(files, groups, tenants(groups));
        return partition.memory().stream()
                .map(pages -> new Sight.Pool(pages, Math.min(pages.pages(), use.pages(pages)))).toList();
    }

    private String kind(Partition partition) {
        try {
            return Cpusets.seen(files, books, partition.name()).kind(partition.name());
        } catch (PartitionException hidden) {
            return "unknown";
        }
    }

    /** The groups of a partition that the books have. */
    List<String> groups(Partition partition) {
        return books.holds().stream().filter(hold -> hold.kind() == Kind.GROUP).map(Hold::key)
                .filter(key -> key.endsWith("/" + Cpusets.PREFIX + partition.name())).toList();
    }

    /** The processes in groups and the groups in those, by number. */
    List<Sight.Tenant> tenants(List<String> groups) {
        Set<Integer> pids = new TreeSet<>();
        groups.forEach(group -> pids.addAll(new Groups(files).allMembers(group)));
        List<Sight.Tenant> tenants = new ArrayList<>();
        for (int pid : pids) {
            tenants.add(new Sight.Tenant(pid, files.read("/proc/" + pid + "/comm").orElse("?")));
        }
        return tenants;
    }
}
