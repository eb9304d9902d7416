package org.outrigger.node.partition;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.outrigger.node.CpuSet;

/**
 * A node in memory that behaves as Linux does, as far as partitions are concerned: interrupts that move or do not, control
 * groups of either version with the rules of cpusets, pools of huge pages that run out, threads that may be bound or not.
 */
final class FakeNode implements NodeFiles {
    static final String V1 = "/sys/fs/cgroup/cpuset";
    static final String V2 = "/sys/fs/cgroup";
    static final String MEMORY_V1 = "/sys/fs/cgroup/memory";
    static final String PARTITIONS = "partitions";
    static final long HUGE = 2L << 20;

    private final TreeMap<String, String> files = new TreeMap<>();
    private final TreeSet<String> folders = new TreeSet<>();
    private final Set<String> readOnly = new HashSet<>();
    private final Set<String> refusing = new HashSet<>();
    private final FakePools pools = new FakePools(files);
    private final TreeMap<Integer, CpuSet> threads = new TreeMap<>();
    private final Set<Integer> realTime = new HashSet<>();
    private final Set<Integer> fixed = new HashSet<>();
    private final TreeMap<Integer, String> homes = new TreeMap<>();
    private final CpuSet all;
    private final boolean two;
    private List<String> own = List.of("");
    private CpuSet running;
    private int writes;

    private FakeNode(int cpus, int nodes, boolean two) {
        this.all = CpuSet.range(0, cpus - 1);
        this.running = all;
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
        FakeMachine.furnish(this, all, nodes);
    }

    /** With control groups of version 1. */
    static FakeNode one(int cpus, int nodes) {
        return new FakeNode(cpus, nodes, false);
    }

    /** With control groups of version 2. */
    static FakeNode two(int cpus, int nodes) {
        return new FakeNode(cpus, nodes, true);
    }

    /** The memory controller in a tree of its own, this process in a group of it. */
    FakeNode memoryGroups(String own) {
        file("/proc/self/mountinfo", files.get("/proc/self/mountinfo") + "\n31 25 0:27 / " + MEMORY_V1
                + " rw - cgroup cgroup rw,memory");
        file("/proc/self/cgroup", files.get("/proc/self/cgroup") + "\n4:memory:" + own);
        folders.add(MEMORY_V1);
        folders.add(MEMORY_V1 + own);
        group(MEMORY_V1, "", "");
        group(MEMORY_V1 + own, "", "");
        return this;
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
        return file("/proc/" + tid + "/stat", tid + " (" + name + ") S " + parent + " 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 "
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
        pools.add(path, pages, more);
        file(path.replace("nr_", "surplus_"), "0");
        return file(path, Long.toString(pages));
    }

    /** So many pages of a pool are in use; surplus goes when it is freed. */
    void inUse(int node, long pages) {
        pools.inUse(new PoolPages(node, HUGE, 0).file(), pages);
    }

    /** From now on a file cannot be written, or a folder made in a folder. */
    FakeNode readOnly(String path) {
        readOnly.add(path);
        return this;
    }

    /** From now on this process may write below these folders only, as an unprivileged user may. */
    FakeNode onlyBelow(String... paths) {
        own = List.of(paths);
        return this;
    }

    /** From now on these CPUs run and no others. The kernel takes the others out of groups of version 1 for good. */
    FakeNode online(CpuSet cpus) {
        running = cpus;
        file("/sys/devices/system/cpu/online", cpus.toString());
        for (String path : List.copyOf(files.keySet())) {
            if (!two && path.endsWith("/cpuset.cpus") && !path.equals(V1 + "/cpuset.cpus")) {
                files.put(path, World.cpus(files.get(path)).orElseThrow().intersection(cpus).toString());
            }
        }
        return this;
    }

    /** From now on the kernel refuses what is written to a file, or makes no group one of its {@link #PARTITIONS}. */
    FakeNode refusing(String path) {
        refusing.add(path);
        return this;
    }

    /** No longer. */
    FakeNode allowing(String path) {
        refusing.remove(path);
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
        if (path.startsWith("/proc/") && name.equals("cpuset") && Character.isDigit(path.charAt("/proc/".length()))) {
            return Optional.ofNullable(homes.get(Integer.parseInt(folder.substring("/proc/".length()))))
                    .map(home -> home.substring((two ? V2 : V1).length())).map(home -> home.isEmpty() ? "/" : home);
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
            CpuSet left = running;
            for (String child : children(group)) {
                left = isPartition(child) ? left.minus(cpus(child)) : left;
            }
            return left;
        }
        if (!two || isPartition(group)) {
            return cpus(group).intersection(running);
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
            case "nr_hugepages" -> pools.resize(path, Long.parseLong(value));
            case "compact" -> { }
            case "enabled" -> choose(path, value);
            default -> files.put(path, value.strip());
        }
    }

    /** Of the values of a file, the one in brackets becomes another one. */
    private void choose(String path, String value) throws IOException {
        String bare = files.get(path).replaceAll("[\\[\\]]", "");
        if (!List.of(bare.split(" ")).contains(value)) {
            throw new IOException(path + ": Invalid argument");
        }
        files.put(path, bare.replaceFirst("\\b" + value + "\\b", "[" + value + "]"));
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
        forget(group);
    }

    /** Linux before 6.2 drops what threads of a group were bound to when its CPUs change. */
    private void forget(String group) {
        if (files.getOrDefault("/proc/sys/kernel/osrelease", "").startsWith("6.1.")) {
            homes.forEach((tid, home) -> {
                if (home.equals(group) && !fixed.contains(tid)) {
                    threads.put(tid, effective(group));
                }
            });
            children(group).forEach(this::forget);
        }
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
        forget(isPartition(group) ? parent : group);
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
        boolean valid = type.equals("member") || !refusing.contains(PARTITIONS) && parentIs
                && !clash(group, cpus(group), false) && !cpus(group).isEmpty();
        files.put(group + "/cpuset.cpus.partition", valid ? type : type + " invalid (Cpu list in cpuset.cpus not exclusive)");
        forget(parent);
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
            FakeGroupFiles.controllers(files, child, on);
        }
    }

    private void group(String group, String cpus, String mems) {
        if (group.startsWith(MEMORY_V1)) {
            files.put(group + "/cgroup.procs", "");
            files.put(group + "/memory.swappiness", "60");
        } else if (two) {
            FakeGroupFiles.two(files, group, group.equals(V2), mems);
        } else {
            FakeGroupFiles.one(files, group, group.equals(V1), cpus, mems);
        }
    }

    @Override
    public void makeFolder(String path) throws IOException {
        writes++;
        String parent = path.substring(0, path.lastIndexOf('/'));
        if (!writable(parent) || !folders.contains(parent) || refusing.contains(path)) {
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
        boolean freed = isPartition(path);
        files.keySet().removeIf(file -> file.startsWith(path + "/"));
        if (freed) {
            forget(path.substring(0, path.lastIndexOf('/')));
        }
    }

    @Override
    public boolean writable(String path) {
        return own.stream().anyMatch(top -> path.equals(top) || path.startsWith(top + "/"))
                && readOnly.stream().noneMatch(top -> path.equals(top) || path.startsWith(top + "/"));
    }

    @Override
    public boolean exists(String path) {
        return files.containsKey(path) || folders.contains(path);
    }

    @Override
    public List<String> names(String folder) {
        TreeSet<String> names = new TreeSet<>();
        for (NavigableSet<String> all : List.of(files.navigableKeySet(), folders)) {
            for (String path : all.tailSet(folder + "/")) {
                if (!path.startsWith(folder + "/")) {
                    break;
                }
                names.add(path.substring(folder.length() + 1).split("/")[0]);
            }
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

    @Override
    public void ordinary(int tid) {
        realTime.remove(tid);
    }

    /** Whether a thread runs in real time; {@link #inRealTime} has it do so. */
    boolean realTime(int tid) {
        return realTime.contains(tid);
    }

    FakeNode inRealTime(int tid) {
        realTime.add(tid);
        return file("/proc/" + tid + "/task/" + tid + "/comm", "");
    }
}
