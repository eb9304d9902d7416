package org.outrigger.kernel.memory;

import org.outrigger.abi.Mman;
import org.outrigger.host.ProcFile;

/**
 * {@link HugePools} as {@code /sys/kernel/mm} tells it. Source: {@code Documentation/admin-guide/mm/hugetlbpage.rst} and
 * {@code transhuge.rst}, {@code hugetlb.rst} of {@code cgroup-v1} and {@code cgroup-v2}. Belongs to one thread.
 */
public final class SystemPools implements HugePools {
    private static final String POOLS = "/sys/kernel/mm/hugepages/hugepages-";
    private static final int DECIMAL = 10;
    private static final int HEX = 16;
    private static final long KIB = 1024;

    private final ProcFile files;
    private final boolean any;
    private final boolean unsure;
    private final boolean always;

    /** Looks which pools there are. */
    public SystemPools(ProcFile files) {
        this.files = files;
        any = number(PageSize.LARGE, "nr_hugepages") + number(PageSize.GIGANTIC, "nr_hugepages") > 0;
        unsure = any && (severalNodes() || grouped());
        always = files.text("/sys/kernel/mm/transparent_hugepage/enabled").contains("[always]");
    }

    private long number(PageSize size, String name) {
        String text = files.text(POOLS + size.bytes() / KIB + "kB/" + name).strip();
        return text.isEmpty() ? 0 : Long.parseLong(text, 0, text.length(), DECIMAL);
    }

    private boolean severalNodes() {
        String online = files.text("/sys/devices/system/node/online").strip();
        return online.contains("-") || online.contains(",");
    }

    /** Whether a control group other than the root limits huge pages, or might. */
    private boolean grouped() {
        for (String line : files.text("/proc/self/cgroup").split("\n")) {
            String[] words = line.split(":", 3);
            if (words.length < 3 || words[2].equals("/")) {
                continue;
            }
            if (words[1].contains("hugetlb")) {
                return true;
            }
            for (String root : words[1].isEmpty() ? new String[] {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} : new String[0]) {
                String group = root + words[2];
                String limits = files.text(group + "/hugetlb.2MB.max") + files.text(group + "/hugetlb.1GB.max");
                if (!limits.replace("max", "").isBlank()) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public boolean any() {
        return any;
    }

    @Override
    public long free(PageSize size) {
        return Math.max(0, number(size, "free_hugepages") - number(size, "resv_hugepages")) * size.bytes();
    }

    @Override
    public boolean unsure() {
        return unsure;
    }

    @Override
    public boolean always() {
        return always;
    }

    @Override
    public long protection(int pid, long start, long end) {
        long at = start;
        long protection = -1;
        for (String line : files.whole("/proc/" + pid + "/maps").split("\n")) {
            int dash = line.indexOf('-');
            int space = line.indexOf(' ');
            if (dash < 0 || space < 0 || at >= end || Long.parseUnsignedLong(line, dash + 1, space, HEX) <= at) {
                continue;
            }
            long its = (line.charAt(space + 1) == 'r' ? Mman.PROT_READ : 0)
                    | (line.charAt(space + 2) == 'w' ? Mman.PROT_WRITE : 0)
                    | (line.charAt(space + 3) == 'x' ? Mman.PROT_EXEC : 0);
            if (Long.parseUnsignedLong(line, 0, dash, HEX) > at || at > start && its != protection) {
                return -1;
            }
            protection = its;
            at = Long.parseUnsignedLong(line, dash + 1, space, HEX);
        }
        return at >= end ? protection : -1;
    }

    @Override
    public long available() {
        for (String line : files.text("/proc/meminfo").split("\n")) {
            if (line.startsWith("MemAvailable:")) {
                return Long.parseLong(line.substring(line.indexOf(':') + 1, line.indexOf('k')).strip()) * KIB;
            }
        }
        return 0;
    }
}
