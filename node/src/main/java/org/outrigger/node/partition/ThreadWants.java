package org.outrigger.node.partition;

import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuSet;

/**
 * Threads of the kernel that can run elsewhere leave the cores. Threads that handle an interrupt follow the interrupt, workers
 * the mask of their queue. Where the kernel was booted with {@code rcu_nocbs=}, the threads with the callbacks of RCU are among
 * them.
 */
final class ThreadWants {
    static final String WORKER = "kworker/";
    static final String HANDLER = "irq/";

    private final World world;

    ThreadWants(World world) {
        this.world = world;
    }

    void add(List<Want> wants) {
        CpuSet quiet = world.coresWithout(Feature.KTHREADS);
        for (String name : world.files().names("/proc")) {
            if (Character.isDigit(name.charAt(0))) {
                thread(wants, Integer.parseInt(name), quiet);
            }
        }
    }

    private void thread(List<Want> wants, int tid, CpuSet quiet) {
        Optional<String> name = KernelThreads.name(world.files(), tid);
        Optional<Owner> thread = name.isPresent() ? Owner.of(world.files(), tid) : Optional.empty();
        if (thread.isEmpty() || name.get().startsWith(WORKER) || name.get().startsWith(HANDLER)
                || KernelThreads.bound(world.files(), tid)) {
            return;
        }
        String key = thread.get().toString();
        CpuSet was = world.books().hold(Kind.AFFINITY, key).map(Hold::was).flatMap(World::cpus)
                .or(() -> world.files().affinity(tid)).orElse(CpuSet.EMPTY);
        // One that belongs to a NUMA node, as those that free memory do, goes to any other CPU when the node has none left.
        CpuSet left = was.minus(quiet).isEmpty() && was.size() > 1 ? world.rest() : was.minus(quiet);
        // One that may run on a single CPU belongs to it.
        if (!left.isEmpty() && !left.equals(was)) {
            wants.add(new Want(Phase.THREADS, Kind.AFFINITY, key, left.toString(), false,
                    "kernel thread " + name.get() + " (" + tid + ") to CPU " + left));
        }
    }
}
