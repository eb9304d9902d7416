package org.outrigger.node.partition;

import org.outrigger.node.CpuMask;
import org.outrigger.node.CpuSet;

/** What a {@link FakeNode} has in the beginning: memory, interrupts, threads of the kernel, a first process. */
final class FakeMachine {
    private FakeMachine() {
    }

    static void furnish(FakeNode node, CpuSet all, int nodes) {
        for (int number = 0; number < nodes; number++) {
            CpuSet own = CpuSet.range(number * all.size() / nodes, (number + 1) * all.size() / nodes - 1);
            node.file("/sys/devices/system/node/node" + number + "/cpulist", own.toString());
            node.file("/sys/devices/system/node/node" + number + "/compact", "");
            node.pool(number, FakeNode.HUGE, 0, 1024);
            memory(node, number, 8L << 30, 6L << 30);
        }
        node.file("/sys/devices/system/node/online", nodes == 1 ? "0" : "0-" + (nodes - 1));
        node.file("/proc/irq/default_smp_affinity", CpuMask.text(all));
        node.file("/sys/devices/virtual/workqueue/cpumask", CpuMask.text(all));
        node.file("/proc/sys/kernel/watchdog_cpumask", all.toString());
        node.file("/proc/sys/kernel/sched_rt_runtime_us", "950000");
        node.thread(2, 0, "kthreadd", all, true);
        for (int cpu : all) {
            node.thread(10 + cpu, 2, "migration/" + cpu, CpuSet.of(cpu), false);
        }
        node.thread(300, 2, "kswapd0", all, true);
        node.thread(1, 0, "init", all, true);
        for (int irq = 16; irq < 20; irq++) {
            node.interrupt(irq, all, true);
        }
    }

    /** Bytes that a node has, and that of them nobody uses. */
    static void memory(FakeNode node, int number, long total, long free) {
        node.file("/sys/devices/system/node/node" + number + "/meminfo", "Node " + number + " MemTotal: " + (total >> 10)
                + " kB\nNode " + number + " MemFree: " + (free >> 10) + " kB\nNode " + number + " SReclaimable: 0 kB");
    }
}
