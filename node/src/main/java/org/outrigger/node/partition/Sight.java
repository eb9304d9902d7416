package org.outrigger.node.partition;

import java.util.List;

/**
 * What can be seen of a partition.
 *
 * @param partition  as it was asked for
 * @param kind       how its cores are set apart: {@code isolated}, {@code root}, {@code exclusive} or {@code member}; {@code
 *                   unknown} where this process may not see that
 * @param groups     its control groups
 * @param memory     its pages, and how many its jobs have
 * @param interrupts those that were moved, for this and other partitions
 * @param unmovable  work of the kernel that cannot leave its cores
 * @param strangers  tasks on its cores that are not its own
 * @param jobs       its jobs, in the order in which they came
 * @param tenants    its processes
 */
public record Sight(Partition partition, String kind, List<String> groups, List<Pool> memory, List<Step> interrupts,
                    List<String> unmovable, List<String> strangers, List<RunningJob> jobs, List<Tenant> tenants) {

    /** Pages of a partition, and how many of them its processes have. */
    public record Pool(PoolPages pages, long used) {
        /** Those that they do not have. */
        public PoolPages free() {
            return new PoolPages(pages.node(), pages.pageBytes(), pages.pages() - used);
        }
    }

    /** A process in a partition. */
    public record Tenant(int pid, String name) {
        /** In words, the first few: {@code process 17 (solver) and 3 others}. */
        static String text(List<Tenant> tenants) {
            Tenant first = tenants.get(0);
            int others = tenants.size() - 1;
            return "process " + first.pid + " (" + first.name + ")"
                    + (others == 0 ? "" : " and " + others + (others == 1 ? " other" : " others"));
        }
    }
}
