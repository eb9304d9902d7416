package org.outrigger.node.partition;

import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuSet;

/** Threads of the kernel that can run elsewhere leave the cores. Which can is found by asking: those of one CPU refuse. */
final class ThreadWants {
    private static final String WORKER = "kworker/";

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
        if (thread.isEmpty() || name.get().startsWith(WORKER)) {
            return; // a worker goes where its queue's mask has it
        }
        String key = thread.get().toString();
        CpuSet was = world.books().hold(Kind.AFFINITY, key).map(Hold::was).flatMap(World::cpus)
                .or(() -> world.files().affinity(tid)).orElse(CpuSet.EMPTY);
        CpuSet left = was.minus(quiet);
        // One that may run on the cores only belongs to them.
        if (!left.isEmpty() && !left.equals(was)) {
            wants.add(new Want(Phase.THREADS, Kind.AFFINITY, key, left.toString(), false,
                    "kernel thread " + name.get() + " (" + tid + ") to CPU " + left));
        }
    }
}
