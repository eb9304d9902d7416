package org.outrigger.node.partition;

import java.util.List;
import org.outrigger.node.CpuMask;
import org.outrigger.node.CpuSet;

/**
 * Work queues, timers, detectors of lock-ups: away from the cores; and threads in real time are not stalled there. Sources:
 * {@code Documentation/core-api/workqueue.rst}, {@code Documentation/admin-guide/lockup-watchdogs.rst}, {@code
 * Documentation/scheduler/sched-rt-group.rst} and {@code timer_migration} in {@code
 * Documentation/admin-guide/sysctl/kernel.rst}.
 */
final class SteeringWants {
    static final String QUEUES = "/sys/devices/virtual/workqueue";
    static final String WATCHDOG = "/proc/sys/kernel/watchdog_cpumask";
    /** Since Linux 6.12, where debugfs is mounted. */
    static final String SERVERS = "/sys/kernel/debug/sched/fair_server";
    private static final String THROTTLING = "/proc/sys/kernel/sched_rt_runtime_us";
    private static final String TIMERS = "/proc/sys/kernel/timer_migration";

    private final World world;

    SteeringWants(World world) {
        this.world = world;
    }

    void add(List<Want> wants) {
        new InterruptWants(world).add(wants);
        CpuSet busy = world.coresWithout(Feature.KTHREADS);
        mask(wants, QUEUES + "/cpumask", busy, "unbound work queues");
        for (String queue : world.files().names(QUEUES)) {
            mask(wants, QUEUES + "/" + queue + "/cpumask", busy, "work queue " + queue);
        }
        if (!busy.isEmpty()) {
            value(wants, TIMERS, "0", "timers of idle CPUs stay with them");
        }
        CpuSet unwatched = world.coresWithout(Feature.WATCHDOG);
        world.before(Kind.VALUE, WATCHDOG).flatMap(World::cpus)
                .ifPresent(was -> steer(wants, WATCHDOG, was, unwatched, "detectors of lock-ups", ""));
        realTime(wants);
    }

    private void realTime(List<Want> wants) {
        for (Partition partition : world.partitions()) {
            if (partition.realTime()) {
                value(wants, THROTTLING, "-1", "threads in real time are not stalled");
                for (int cpu : partition.cores()) {
                    value(wants, SERVERS + "/cpu" + cpu + "/runtime", "0", "no time set aside for ordinary threads on CPU "
                            + cpu);
                }
            }
        }
    }

    private static void value(List<Want> wants, String file, String value, String what) {
        wants.add(new Want(Phase.STEERING, Kind.VALUE, file, value, false, what));
    }

    private void mask(List<Want> wants, String file, CpuSet quiet, String what) {
        world.before(Kind.VALUE, file).ifPresent(was -> steer(wants, file, CpuMask.parse(was), quiet, what, was));
    }

    /** What goes to the quiet cores among others goes to the others only; what goes nowhere else, to all others. */
    private void steer(List<Want> wants, String file, CpuSet was, CpuSet quiet, String what, String mask) {
        if (was.intersection(quiet).isEmpty()) {
            return;
        }
        CpuSet left = was.minus(quiet).intersection(world.online());
        CpuSet aim = left.isEmpty() ? world.rest() : left;
        wants.add(new Want(Phase.STEERING, Kind.VALUE, file, mask.isEmpty() ? aim.toString() : CpuMask.text(aim, mask), false,
                what + " to CPU " + aim));
    }
}
