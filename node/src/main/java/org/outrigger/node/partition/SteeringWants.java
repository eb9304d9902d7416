package org.outrigger.node.partition;

import java.util.List;
import org.outrigger.node.CpuMask;
import org.outrigger.node.CpuSet;

/**
 * Interrupts, work queues, detectors of lock-ups: away from the cores. Sources: {@code
 * Documentation/core-api/irq/irq-affinity.rst}, {@code Documentation/core-api/workqueue.rst}, {@code
 * Documentation/admin-guide/lockup-watchdogs.rst} of Linux.
 */
final class SteeringWants {
    private static final String INTERRUPTS = "/proc/irq";
    private static final String QUEUES = "/sys/devices/virtual/workqueue";
    private static final String THROTTLING = "/proc/sys/kernel/sched_rt_runtime_us";

    private final World world;

    SteeringWants(World world) {
        this.world = world;
    }

    void add(List<Want> wants) {
        interrupts(wants);
        CpuSet busy = world.coresWithout(Feature.KTHREADS);
        mask(wants, QUEUES + "/cpumask", busy, "unbound work queues");
        for (String queue : world.files().names(QUEUES)) {
            mask(wants, QUEUES + "/" + queue + "/cpumask", busy, "work queue " + queue);
        }
        CpuSet unwatched = world.coresWithout(Feature.WATCHDOG);
        list(wants, "/proc/sys/kernel/watchdog_cpumask", unwatched, "detectors of lock-ups");
        if (world.partitions().stream().anyMatch(Partition::realTime)) {
            wants.add(new Want(Phase.STEERING, Kind.VALUE, THROTTLING, "-1", false, "threads in real time are not stalled"));
        }
    }

    private void interrupts(List<Want> wants) {
        CpuSet quiet = world.coresWithout(Feature.IRQS);
        mask(wants, INTERRUPTS + "/default_smp_affinity", quiet, "new interrupts");
        for (String number : world.files().names(INTERRUPTS)) {
            if (!number.isEmpty() && Character.isDigit(number.charAt(0))) {
                list(wants, INTERRUPTS + "/" + number + "/smp_affinity_list", quiet, "interrupt " + number);
            }
        }
    }

    private void list(List<Want> wants, String file, CpuSet quiet, String what) {
        world.before(Kind.VALUE, file).flatMap(World::cpus)
                .ifPresent(was -> steer(wants, file, was, quiet, what, ""));
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
