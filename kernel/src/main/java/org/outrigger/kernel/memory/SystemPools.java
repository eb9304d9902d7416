package org.outrigger.kernel.memory;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.outrigger.abi.Mman;
import org.outrigger.host.ProcFile;

/**
 * {@link HugePools} as {@code /sys/kernel/mm} tells it. Source: {@code Documentation/admin-guide/mm/hugetlbpage.rst} and
 * {@code transhuge.rst}, {@code hugetlb.rst} of {@code cgroup-v1} and {@code cgroup-v2}. Belongs to one thread.
 */
public final class SystemPools implements HugePools, PoolLedger.Stock {
    private static final String POOLS = "/sys/kernel/mm/hugepages/hugepages-";
    private static final int DECIMAL = 10;
    private static final int HEX = 16;
    private static final long KIB = 1024;

    private final ProcFile files;
    private final boolean any;
    private final boolean unsure;
    private final boolean always;
    private final PoolLedger ledger;
    private final boolean never;
    private final int[] nodes;

    /** Looks which pools there are. */
    public SystemPools(ProcFile files) {
        this(files, PoolLedger.leaving(List.of()), List.of(), false);
    }

    /**
     * The same for a job.
     *
     * @param ledger what it may take
     * @param groups folders of control groups that its processes live in, beside those of this process
     * @param never  whether it has no transparent huge pages
     */
    public SystemPools(ProcFile files, PoolLedger ledger, List<Path> groups, boolean never) {
        this.files = files;
        this.ledger = ledger;
        this.never = never;
        nodes = onlineNodes();
        // A partition's pools may grow while the job runs.
        any = ledger.bound() || number(PageSize.LARGE, "nr_hugepages") + number(PageSize.GIGANTIC, "nr_hugepages") > 0;
        unsure = any && (nodes.length > 0 || grouped() || groups.stream().anyMatch(this::limits));
        always = files.text("/sys/kernel/mm/transparent_hugepage/enabled").contains("[always]");
    }

    private long number(PageSize size, String name) {
        String text = files.text(POOLS + size.bytes() / KIB + "kB/" + name).strip();
        return text.isEmpty() ? 0 : Long.parseLong(text, 0, text.length(), DECIMAL);
    }

    /** All nodes, or none where there is but one. */
    private int[] onlineNodes() {
        List<Integer> found = new ArrayList<>();
        for (String part : files.text("/sys/devices/system/node/online").strip().split(",")) {
            String[] ends = part.split("-");
            for (int node = ends[0].isEmpty() ? 0 : Integer.parseInt(ends[0]);
                    !ends[0].isEmpty() && node <= Integer.parseInt(ends[ends.length - 1]); node++) {
                found.add(node);
            }
        }
        return found.size() < 2 ? new int[0] : found.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Whether a control group limits huge pages, or might. */
    private boolean limits(Path group) {
        String limits = files.text(group.resolve("hugetlb.2MB.max").toString())
                + files.text(group.resolve("hugetlb.1GB.max").toString());
        return !limits.replace("max", "").isBlank()
                || files.bytes(group.resolve("hugetlb.2MB.limit_in_bytes").toString()) != null;
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
                if (limits(Path.of(root + words[2]))) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public boolean any() {
        return any && ledger.open();
    }

    @Override
    public PoolLedger.Offer offer(PageSize size) {
        return ledger.offer(size, this);
    }

    @Override
    public PoolLedger ledger() {
        return ledger;
    }

    @Override
    public boolean never() {
        return never;
    }

    @Override
    public int[] nodes() {
        return nodes;
    }

    /** Linux promises pages of all nodes together, so those of one may be promised already. */
    @Override
    public long free(PageSize size, int node) {
        if (node == PoolShare.ANY_NODE) {
            return free(size);
        }
        String text = files.text("/sys/devices/system/node/node" + node + "/hugepages/hugepages-" + size.bytes() / KIB
                + "kB/free_hugepages").strip();
        return text.isEmpty() ? 0 : Long.parseLong(text, 0, text.length(), DECIMAL) * size.bytes();
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
