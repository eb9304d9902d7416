package org.outrigger.node.partition;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.outrigger.node.MemorySize;

/**
 * How many huge pages the jobs of a partition may have: as many as it has, of each size. Where Linux has no such account for this
 * process, the partition does without. Sources: {@code Documentation/admin-guide/cgroup-v2.rst}, "HugeTLB", and
 * {@code cgroup-v1/hugetlb.rst}.
 */
final class PoolLimits {
    private static final String CONTROLLER = "hugetlb";

    private final World world;
    private final NodeFiles files;

    PoolLimits(World world) {
        this.world = world;
        this.files = world.files();
    }

    /**
     * Where the account is kept.
     *
     * @param parent   the group that ours are made in
     * @param one      whether that is of version 1
     * @param separate whether the groups are other ones than those of the cores
     */
    private record Place(String parent, boolean one, boolean separate) {
    }

    void add(List<Want> wants) {
        if (world.partitions().stream().allMatch(partition -> partition.memory().isEmpty())) {
            return;
        }
        Optional<Place> found = place();
        if (found.isEmpty()) {
            return;
        }
        Place place = found.get();
        if (!place.one()) {
            wants.add(new Want(Phase.CONTROLLERS, Kind.CONTROLLER, place.parent() + " " + CONTROLLER, "on", false,
                    "account of huge pages for groups in " + place.parent()));
        }
        for (Partition partition : world.partitions()) {
            if (!partition.memory().isEmpty()) {
                limits(wants, place, partition);
            }
        }
    }

    private void limits(List<Want> wants, Place place, Partition partition) {
        String group = place.parent() + "/" + Cpusets.PREFIX + partition.name();
        if (place.separate()) {
            wants.add(new Want(Phase.GROUP, Kind.GROUP, group, place.parent(), false, "control group " + group));
        }
        TreeSet<Long> sizes = new TreeSet<>();
        NodeMemory.all(files).forEach(node -> sizes.addAll(node.pageSizes()));
        for (long size : sizes) {
            long bytes = partition.memory().stream().filter(pages -> pages.pageBytes() == size).mapToLong(PoolPages::bytes).sum();
            String what = MemorySize.text(bytes) + " in pages of " + MemorySize.text(size) + " for " + group;
            String name = group + "/" + CONTROLLER + "." + PoolUse.sizeName(size);
            for (String limit : place.one() ? List.of(".limit_in_bytes", ".rsvd.limit_in_bytes") : List.of(".max", ".rsvd.max")) {
                wants.add(new Want(Phase.FLAGS, Kind.VALUE, name + limit, Long.toString(bytes), false, "at most " + what));
            }
        }
    }

    private Optional<Place> place() {
        try {
            Optional<CgroupPlace.Own> first = CgroupPlace.own(files, CONTROLLER);
            if (first.isPresent()) {
                return first.get().outermost(files, false, CONTROLLER).map(parent -> new Place(parent, true, true));
            }
            Optional<CgroupPlace.Own> second = CgroupPlace.own(files);
            if (second.isEmpty()) {
                return Optional.empty();
            }
            Cpusets cpusets = Cpusets.of(files);
            boolean separate = !cpusets.parent().equals(second.get().top())
                    && !cpusets.parent().startsWith(second.get().top() + "/");
            Optional<String> parent = separate ? second.get().outermost(files, true, CONTROLLER)
                    : Optional.of(cpusets.parent());
            return parent.filter(group -> List.of(files.read(group + "/cgroup.controllers").orElse("").split("\\s+"))
                    .contains(CONTROLLER)).map(group -> new Place(group, false, separate));
        } catch (PartitionException none) {
            return Optional.empty();
        }
    }
}
