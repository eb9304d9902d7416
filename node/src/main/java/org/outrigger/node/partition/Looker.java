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
    Partitions.Sight look(Partition partition, List<String> unmovable, List<String> strangers) {
        List<String> groups = groups(partition);
        List<Partitions.Tenant> tenants = tenants(groups);
        PoolUse use = new PoolUse(files, groups, tenants);
        List<Partitions.PoolSight> memory = partition.memory().stream()
                .map(pages -> new Partitions.PoolSight(pages, Math.min(pages.pages(), use.pages(pages)))).toList();
        List<Partitions.Step> interrupts = books.holds().stream().filter(hold -> hold.key().startsWith("/proc/irq/"))
                .map(hold -> new Partitions.Step(hold.what(), hold.key(), hold.was(), hold.ours())).toList();
        return new Partitions.Sight(partition, kind(partition), groups, memory, interrupts, unmovable, strangers, tenants);
    }

    private String kind(Partition partition) {
        try {
            return Cpusets.of(files).kind(partition.name());
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
    List<Partitions.Tenant> tenants(List<String> groups) {
        Set<Integer> pids = new TreeSet<>();
        groups.forEach(group -> collect(group, pids));
        List<Partitions.Tenant> tenants = new ArrayList<>();
        for (int pid : pids) {
            tenants.add(new Partitions.Tenant(pid, files.read("/proc/" + pid + "/comm").orElse("?")));
        }
        return tenants;
    }

    private void collect(String group, Set<Integer> pids) {
        pids.addAll(new Groups(files).members(group));
        for (String name : files.names(group)) {
            if (files.exists(group + "/" + name + "/cgroup.procs")) {
                collect(group + "/" + name, pids);
            }
        }
    }
}
