package org.outrigger.node.partition;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.outrigger.node.CpuMask;
import org.outrigger.node.CpuSet;

/**
 * A node in memory that behaves as Linux does, as far as partitions are concerned: interrupts that move or do not, control
 * groups of either version with the rules of cpusets, pools of huge pages that run out, threads that may be bound or not.
 */
final class FakeNode implements NodeFiles {
    static final String V1 = "/sys/fs/cgroup/cpuset";
    static final String V2 = "/sys/fs/cgroup";
    static final long HUGE = 2L << 20;

    private final TreeMap<String, String> files = new TreeMap<>();
    private final TreeSet<String> folders = new TreeSet<>();
    private final Set<String> readOnly = new HashSet<>();
    private final Set<String> refusing = new HashSet<>();
    private final Map<String, Long> room = new HashMap<>();
    private final TreeMap<Integer, CpuSet> threads = new TreeMap<>();
    private final Set<Integer> fixed = new HashSet<>();
    private final TreeMap<Integer, String> homes = new TreeMap<>();
    private final CpuSet all;
    private final boolean two;
    private int writes;

    private FakeNode(int cpus, int nodes, boolean two) {
        this.all = CpuSet.range(0, cpus - 1);
        this.two = two;
        file("/proc/sys/kernel/random/boot_id", "boot-1");
        file("/sys/devices/system/cpu/online", all.toString());
        file("/sys/devices/system/cpu/possible", all.toString());
        String mount = two ? V2 : V1;
        file("/proc/self/mountinfo", "30 25 0:26 / " + mount + " rw - " + (two ? "cgroup2 cgroup2 rw"
                : "cgroup cgroup rw,cpuset"));
        file("/proc/self/cgroup", two ? "0::/" : "3:cpuset:/");
        folders.add(mount);
        group(mount, all.toString(), nodes == 1 ? "0" : "0-" + (nodes - 1));
        for (int node = 0; node < nodes; node++) {
            CpuSet own = CpuSet.range(node * cpus / nodes, (node + 1) * cpus / nodes - 1);
            file("/sys/devices/system/node/node" + node + "/cpulist", own.toString());
            file("/sys/devices/system/node/node" + node + "/compact", "");
            pool(node, HUGE, 0, 1024);
        }
        file("/proc/irq/default_smp_affinity", CpuMask.text(all));
        file("/sys/devices/virtual/workqueue/cpumask", CpuMask.text(all));
        file("/proc/sys/kernel/watchdog_cpumask", all.toString());
        file("/proc/sys/kernel/sched_rt_runtime_us", "950000");
        thread(2, 0, "kthreadd", all, true);
        for (int cpu : all) {
            thread(10 + cpu, 2, "migration/" + cpu, CpuSet.of(cpu), false);
        }
        thread(300, 2, "kswapd0", all, true);
        thread(1, 0, "init", all, true);
        for (int irq = 16; irq < 20; irq++) {
            interrupt(irq, all, true);
        }
    }

    /** With control groups of version 1. */
    static FakeNode one(int cpus, int nodes) {
        return new FakeNode(cpus, nodes, false);
    }

    /** With control groups of version 2. */
    static FakeNode two(int cpus, int nodes) {
        return new FakeNode(cpus, nodes, true);
    }

    FakeNode file(String path, String text) {
        files.put(path, text);
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            folders.add(path.substring(0, slash));
        }
        return this;
    }

    FakeNode interrupt(int number, CpuSet cpus, boolean movable) {
        String path = "/proc/irq/" + number + "/smp_affinity_list";
        if (!movable) {
            refusing.add(path);
        }
        return file(path, cpus.toString());
    }

    /** A process or a thread of the kernel, in the root group. */
    FakeNode thread(int tid, int parent, String name, CpuSet cpus, boolean movable) {
        threads.put(tid, cpus);
        if (!movable) {
            fixed.add(tid);
        }
        homes.put(tid, two ? V2 : V1);
        return file("/proc/" + tid + "/stat", tid + " (" + name + ") S " + parent + " 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 "
                + tid * 100 + " 0");
    }

    void end(int tid) {
        threads.remove(tid);
        homes.remove(tid);
        files.keySet().removeIf(path -> path.startsWith("/proc/" + tid + "/"));
        folders.remove("/proc/" + tid);
    }

    /** A pool of a node with so many pages, that can grow by so many. */
    FakeNode pool(int node, long pageBytes, long pages, long more) {
        String path = new PoolPages(node, pageBytes, 0).file();
        room.put(path, pages + more);
        return file(path, Long.toString(pages));
    }

    /** From now on a file cannot be written, or a folder made in a folder. */
    FakeNode readOnly(String path) {
        readOnly.add(path);
        return this;
    }

    /** From now on the kernel refuses what is written to a file. */
    FakeNode refusing(String path) {
        refusing.add(path);
        return this;
    }

    String home(int tid) {
        return homes.get(tid);
    }

    int writes() {
        return writes;
    }

    /** Everything that partitions may change, to be compared. */
    String snapshot() {
        TreeMap<String, String> what = new TreeMap<>(files);
        what.keySet().removeIf(path -> path.startsWith("/proc/") && Character.isDigit(path.charAt("/proc/".length())));
        return what + "\n" + folders + "\n" + threads + "\n" + homes;
    }

    @Override
    public Optional<String> read(String path) {
        int slash = path.lastIndexOf('/');
        String folder = path.substring(0, slash);
        String name = path.substring(slash + 1);
        if (files.containsKey(path) && name.equals("cgroup.procs")) {
            List<String> members = new ArrayList<>();
            homes.forEach((tid, home) -> {
                if (home.equals(folder)) {
                    members.add(tid.toString());
                }
            });
            return Optional.of(String.join("\n", members));
        }
        if (files.containsKey(path) && (name.equals("cpuset.effective_cpus") || name.equals("cpuset.cpus.effective"))) {
            return Optional.of(effective(folder).toString());
        }
        return Optional.ofNullable(files.get(path));
    }

    private CpuSet cpus(String group) {
        return World.cpus(files.getOrDefault(group + "/cpuset.cpus", "")).orElse(CpuSet.EMPTY);
    }

    private boolean isPartition(String group) {
        String type = files.getOrDefault(group + "/cpuset.cpus.partition", "member");
        return type.equals("isolated") || type.equals("root");
    }

    CpuSet effective(String group) {
        if (group.equals(V2) && two || group.equals(V1)) {
            CpuSet left = all;
            for (String child : children(group)) {
                left = isPartition(child) ? left.minus(cpus(child)) : left;
            }
            return left;
        }
        if (!two || isPartition(group)) {
            return cpus(group);
        }
        CpuSet above = effective(group.substring(0, group.lastIndexOf('/')));
        CpuSet both = cpus(group).intersection(above);
        return both.isEmpty() ? above : both;
    }

    private List<String> children(String group) {
        List<String> children = new ArrayList<>();
        for (String folder : folders.tailSet(group + "/")) {
            if (folder.startsWith(group + "/") && folder.indexOf('/', group.length() + 1) < 0 && files.containsKey(folder
                    + "/cgroup.procs")) {
                children.add(folder);
            }
        }
        return children;
    }

    @Override
    public void write(String path, String value) throws IOException {
        writes++;
        if (!files.containsKey(path)) {
            throw new IOException(path + ": No such file or directory");
        }
        if (!writable(path)) {
            throw new IOException(path + ": Read-only file system");
        }
        if (refusing.contains(path)) {
            throw new IOException(path + ": Operation not permitted");
        }
        int slash = path.lastIndexOf('/');
        String folder = path.substring(0, slash);
        switch (path.substring(slash + 1)) {
            case "cgroup.procs" -> join(folder, Integer.parseInt(value));
            case "cpuset.cpus" -> cores(folder, value.strip());
            case "cpuset.cpus.partition" -> become(folder, value);
            case "cgroup.subtree_control" -> control(folder, value);
            case "nr_hugepages" -> files.put(path, Long.toString(Math.min(Long.parseLong(value), room.get(path))));
            case "compact" -> { }
            default -> files.put(path, value.strip());
        }
    }

    private void join(String group, int tid) throws IOException {
        if (!threads.containsKey(tid)) {
            throw new IOException(group + ": No such process");
        }
        if (fixed.contains(tid)) {
            throw new IOException(group + ": Invalid argument");
        }
        if (!two && cpus(group).isEmpty()) {
            throw new IOException(group + ": No space left on device");
        }
        if (two && !group.equals(V2) && !files.getOrDefault(group + "/cgroup.subtree_control", "").isEmpty()) {
            throw new IOException(group + ": Device or resource busy");
        }
        homes.put(tid, group);
    }

    private void cores(String group, String list) throws IOException {
        CpuSet wanted = World.cpus(list).orElseThrow(() -> new IOException(group + ": Invalid argument"));
        String parent = group.substring(0, group.lastIndexOf('/'));
        boolean used = homes.containsValue(group);
        if (!two && (wanted.isEmpty() && used || !cpus(parent).containsAll(wanted) || clash(group, wanted, true))) {
            throw new IOException(group + "/cpuset.cpus: Invalid argument");
        }
        for (String child : children(group)) {
            if (!two && !wanted.containsAll(cpus(child))) {
                throw new IOException(group + "/cpuset.cpus: Device or resource busy");
            }
        }
        files.put(group + "/cpuset.cpus", wanted.toString());
    }

    private boolean clash(String group, CpuSet wanted, boolean exclusive) {
        for (String sibling : children(group.substring(0, group.lastIndexOf('/')))) {
            boolean either = "1".equals(files.get(sibling + "/cpuset.cpu_exclusive")) || "1".equals(files.get(group
                    + "/cpuset.cpu_exclusive"));
            if (!sibling.equals(group) && (!exclusive || either) && !cpus(sibling).intersection(wanted).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private void become(String group, String type) throws IOException {
        if (!List.of("isolated", "root", "member").contains(type)) {
            throw new IOException(group + ": Invalid argument");
        }
        String parent = group.substring(0, group.lastIndexOf('/'));
        boolean parentIs = parent.equals(V2) || isPartition(parent);
        boolean valid = type.equals("member") || parentIs && !clash(group, cpus(group), false) && !cpus(group).isEmpty();
        files.put(group + "/cpuset.cpus.partition", valid ? type : type + " invalid (Cpu list in cpuset.cpus not exclusive)");
    }

    private void control(String group, String value) throws IOException {
        String name = value.substring(1);
        if (value.startsWith("+") && !group.equals(V2) && homes.containsValue(group)) {
            throw new IOException(group + "/cgroup.subtree_control: Device or resource busy");
        }
        Set<String> on = new TreeSet<>(List.of(files.get(group + "/cgroup.subtree_control").split(" ")));
        on.remove("");
        if (value.startsWith("+")) {
            on.add(name);
        } else {
            on.remove(name);
        }
        files.put(group + "/cgroup.subtree_control", String.join(" ", on));
        for (String child : children(group)) {
            files.put(child + "/cgroup.controllers", String.join(" ", on));
            if (on.contains("cpuset")) {
                files.putIfAbsent(child + "/cpuset.cpus", "");
                files.putIfAbsent(child + "/cpuset.mems", "");
                files.putIfAbsent(child + "/cpuset.cpus.effective", "");
                files.putIfAbsent(child + "/cpuset.cpus.partition", "member");
            } else {
                files.keySet().removeIf(path -> path.startsWith(child + "/cpuset."));
            }
        }
    }

    private void group(String group, String cpus, String mems) {
        files.put(group + "/cgroup.procs", "");
        boolean top = group.equals(two ? V2 : V1);
        if (two) {
            String above = top ? "cpuset cpu memory" : files.get(group.substring(0, group.lastIndexOf('/'))
                    + "/cgroup.subtree_control");
            files.put(group + "/cgroup.controllers", above);
            files.put(group + "/cgroup.subtree_control", "");
            if (top || above.contains("cpuset")) {
                files.put(group + "/cpuset.cpus.effective", "");
                files.put(group + "/cpuset.mems.effective", mems);
            }
            if (!top && above.contains("cpuset")) {
                files.put(group + "/cpuset.cpus", "");
                files.put(group + "/cpuset.mems", "");
                files.put(group + "/cpuset.cpus.partition", "member");
            }
        } else {
            files.put(group + "/cpuset.cpus", cpus);
            files.put(group + "/cpuset.mems", mems);
            files.put(group + "/cpuset.effective_cpus", "");
            files.put(group + "/cpuset.cpu_exclusive", top ? "1" : "0");
            files.put(group + "/cpuset.sched_load_balance", "1");
        }
    }

    @Override
    public void makeFolder(String path) throws IOException {
        writes++;
        String parent = path.substring(0, path.lastIndexOf('/'));
        if (readOnly.contains(parent) || !folders.contains(parent) || refusing.contains(path)) {
            throw new IOException(path + ": cannot be made: Read-only file system");
        }
        folders.add(path);
        if (files.containsKey(parent + "/cgroup.procs")) {
            group(path, "", "");
        }
    }

    @Override
    public void removeFolder(String path) throws IOException {
        writes++;
        if (homes.containsValue(path) || !children(path).isEmpty()) {
            throw new IOException(path + ": cannot be removed: Device or resource busy");
        }
        if (!folders.remove(path)) {
            throw new IOException(path + ": cannot be removed: No such file or directory");
        }
        files.keySet().removeIf(file -> file.startsWith(path + "/"));
    }

    @Override
    public boolean writable(String path) {
        return readOnly.stream().noneMatch(top -> path.equals(top) || path.startsWith(top + "/"));
    }

    @Override
    public boolean exists(String path) {
        return files.containsKey(path) || folders.contains(path);
    }

    @Override
    public List<String> names(String folder) {
        TreeSet<String> names = new TreeSet<>();
        for (String path : files.tailMap(folder + "/").keySet()) {
            if (!path.startsWith(folder + "/")) {
                break;
            }
            names.add(path.substring(folder.length() + 1).split("/")[0]);
        }
        for (String path : folders.tailSet(folder + "/")) {
            if (!path.startsWith(folder + "/")) {
                break;
            }
            names.add(path.substring(folder.length() + 1).split("/")[0]);
        }
        return List.copyOf(names);
    }

    @Override
    public Optional<CpuSet> affinity(int tid) {
        return Optional.ofNullable(threads.get(tid));
    }

    @Override
    public void bind(int tid, CpuSet cpus) throws IOException {
        if (!threads.containsKey(tid) || fixed.contains(tid)) {
            throw new IOException("thread " + tid + " cannot be bound to CPU " + cpus + ": Invalid argument");
        }
        threads.put(tid, cpus);
    }
}
