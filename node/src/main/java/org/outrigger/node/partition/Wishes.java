package org.outrigger.node.partition;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.outrigger.node.CpuSet;

/**
 * The CPUs that processes have bound their threads to themselves, and that the kernel has bound its own to. Linux before 6.2
 * forgets them when a thread goes to another cpuset, or its cpuset changes; later ones keep them. So they are written down
 * before cores move, kept as far as the threads' groups allow, and put back at the end unless the process has chosen anew.
 * Source: commit 8f9ea86fdf99 of Linux ("sched: Always preserve the user requested cpumask").
 */
final class Wishes {
    private static final int MAJOR = 6;
    private static final int MINOR = 2;

    private final NodeFiles files;

    Wishes(NodeFiles files) {
        this.files = files;
    }

    /** Whether this Linux forgets. */
    private boolean forgotten() {
        return KernelRelease.before(files, MAJOR, MINOR);
    }

    void add(World world, Cpusets cpusets, List<Want> wants) {
        if (!forgotten()) {
            return;
        }
        Map<String, CpuSet> allowed = new HashMap<>();
        for (String name : files.names("/proc")) {
            if (Character.isDigit(name.charAt(0)) && changes(Integer.parseInt(name))) {
                String group = files.read("/proc/" + name + "/cpuset").orElse("/");
                CpuSet all = allowed.computeIfAbsent(group, path -> cpus(world, cpusets, path));
                List<String> threads = files.names("/proc/" + name + "/task");
                for (String thread : threads.isEmpty() ? List.of(name) : threads) {
                    thread(world, wants, Integer.parseInt(thread), all);
                }
            }
        }
    }

    /** Whether a process, or a thread of the kernel, may be bound by others, so that a cpuset changes what it is bound to. */
    private boolean changes(int pid) {
        return KernelThreads.name(files, pid).map(name -> !name.startsWith(ThreadWants.WORKER)
                && !name.startsWith(ThreadWants.HANDLER) && !KernelThreads.bound(files, pid)).orElse(true);
    }

    /** The CPUs of a thread that has no wish, in a group. */
    private CpuSet cpus(World world, Cpusets cpusets, String group) {
        String folder = CgroupPlace.folder(files, cpusets.parent(), group);
        return files.read(cpusets.effectiveFile(folder)).flatMap(World::cpus).orElse(world.online());
    }

    private void thread(World world, List<Want> wants, int tid, CpuSet all) {
        Optional<Owner> thread = Owner.of(files, tid);
        if (thread.isEmpty()) {
            return;
        }
        String key = thread.get().toString();
        Optional<Hold> hold = world.books().hold(Kind.WISH, key);
        Optional<CpuSet> was = hold.isPresent() ? hold.map(Hold::was).flatMap(World::cpus)
                : files.affinity(tid).filter(cpus -> !cpus.equals(all) && !cpus.equals(world.online()));
        was.ifPresent(cpus -> wants.add(new Want(Phase.WISHES, Kind.WISH, key, cpus.minus(world.cores()).toString(), false,
                "thread " + tid + " has bound itself to CPU " + cpus)));
    }

    /** Before anything is changed, and only when nothing was left half done: who has chosen anew is not held to what was. */
    void drop(Books books) {
        for (Hold hold : books.holds()) {
            if (hold.kind() == Kind.WISH && !hold.ours().isEmpty()
                    && thread(hold.key()).filter(now -> now.toString().equals(hold.ours())).isEmpty()) {
                books.remove(hold);
            }
        }
    }

    /** After changes: who was bound to CPUs of which some are left is bound to these. */
    void keep(Books books) {
        for (Hold hold : books.holds()) {
            Optional<CpuSet> now = hold.kind() == Kind.WISH && !hold.ours().isEmpty() ? thread(hold.key()) : Optional.empty();
            if (now.isPresent() && !now.get().toString().equals(hold.ours())) {
                try {
                    files.bind(Integer.parseInt(hold.key().split(" ")[0]), World.cpus(hold.ours()).orElseThrow());
                } catch (IOException refused) {
                    continue; // its group has none of these CPUs now; they are put back later all the same
                }
            }
        }
    }

    private Optional<CpuSet> thread(String key) {
        Owner owner = Owner.parse(key);
        return owner.alive(files) ? files.affinity(owner.pid()) : Optional.empty();
    }
}
