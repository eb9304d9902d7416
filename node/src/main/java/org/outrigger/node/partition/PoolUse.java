package org.outrigger.node.partition;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many pages of a partition its processes have: by the account of its control groups where Linux keeps one, else by what is
 * mapped. Sources: {@code hugetlb.*.numa_stat} of {@code Documentation/admin-guide/cgroup-v2.rst}, {@code /proc/PID/numa_maps} of
 * numa(7).
 */
final class PoolUse {
    private static final int KIB = 1024;

    private final NodeFiles files;
    private final List<String> groups;
    private final List<Sight.Tenant> tenants;

    PoolUse(NodeFiles files, List<String> groups, List<Sight.Tenant> tenants) {
        this.files = files;
        this.groups = groups;
        this.tenants = tenants;
    }

    /** Pages of one node and size. */
    long pages(PoolPages pool) {
        for (String group : groups) {
            String stat = files.read(group + "/hugetlb." + sizeName(pool.pageBytes()) + ".numa_stat").orElse("");
            for (String line : stat.split("\n")) {
                // Version 1 has a second line for the groups within; version 2 counts them in its only one.
                if (line.startsWith("hierarchical_total=") || line.startsWith("total=") && !stat.contains("hierarchical_")) {
                    return number(line, "N" + pool.node() + "=") / pool.pageBytes();
                }
            }
        }
        return held(pool).values().stream().mapToLong(Long::longValue).sum();
    }

    /** Pages of one node and size by process. */
    Map<Sight.Tenant, Long> held(PoolPages pool) {
        Map<Sight.Tenant, Long> held = new HashMap<>();
        String size = "kernelpagesize_kB=" + pool.pageBytes() / KIB;
        for (Sight.Tenant tenant : tenants) {
            for (String line : files.read("/proc/" + tenant.pid() + "/numa_maps").orElse("").split("\n")) {
                if (line.contains(" huge ") && line.endsWith(size)) {
                    held.merge(tenant, number(line, "N" + pool.node() + "="), Long::sum);
                }
            }
        }
        return held;
    }

    /** The size of a page in the names of files of control groups: {@code 2MB}, {@code 1GB}. */
    static String sizeName(long pageBytes) {
        return pageBytes >= PageChoice.LARGE ? pageBytes / PageChoice.LARGE + "GB" : (pageBytes >> 20) + "MB";
    }

    private static long number(String line, String key) {
        for (String word : line.split(" ")) {
            if (word.startsWith(key)) {
                return Long.parseLong(word.substring(key.length()));
            }
        }
        return 0;
    }
}
