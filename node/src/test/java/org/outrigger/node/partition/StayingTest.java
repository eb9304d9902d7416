package org.outrigger.node.partition;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.node.CpuSet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What cannot be moved off the cores of a partition is told by name, and what can be is not. */
class StayingTest {
    private static final long BOUND = 0x0400_0000;
    @TempDir
    private Path folder;

    private static void bound(FakeNode node, int tid, String name, CpuSet cpus) {
        node.thread(tid, 2, name, cpus, false);
        node.file("/proc/" + tid + "/stat", node.read("/proc/" + tid + "/stat").orElseThrow()
                .replace(") S 2 0 0 0 0 0", ") S 2 0 0 0 0 " + BOUND));
    }

    private static Partition partition(boolean realTime) {
        return new Partition("quiet", CpuSet.of(2, 3), CpuSet.EMPTY, List.of(), Map.of(), realTime, Partition.ALL, List.of(),
                Optional.empty());
    }

    private static List<String> names(List<Unmovable> all, String group) {
        return all.stream().filter(one -> one.group().equals(group)).findFirst().map(Unmovable::names).orElse(List.of());
    }

    @Test
    void threadsAreGroupedByTheReason() throws Exception {
        FakeNode node = FakeNode.two(4, 1);
        CpuSet all = CpuSet.range(0, 3);
        bound(node, 100, "ksoftirqd/2", CpuSet.of(2));
        bound(node, 101, "kworker/2:0-events", CpuSet.of(2));
        bound(node, 102, "kworker/2:1H-kblockd", CpuSet.of(2));
        bound(node, 103, "kworker/u8:1-writeback", all);
        bound(node, 104, "kworker/R-kblockd", all);
        bound(node, 105, "kstuck", all);
        bound(node, 106, "ksoftirqd/1", CpuSet.of(1));
        node.thread(107, 2, "irq/24-ACPI:Ged", CpuSet.of(2), true);
        node.thread(108, 2, "rcuop/3", all, true);
        node.thread(109, 1, "ksoftirqd/3", CpuSet.of(3), true); // a program that is called so
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        assertEquals(List.of(), partitions.create(partition(false)).notes());
        assertEquals(CpuSet.of(0, 1), node.affinity(108).orElseThrow());
        assertEquals(CpuSet.of(2), node.affinity(107).orElseThrow());
        List<Unmovable> stays = partitions.unmovable(partition(false));
        assertEquals(List.of("ksoftirqd/2", "migration/2", "migration/3"), names(stays, "per-CPU kernel threads"));
        assertEquals(List.of("kworker/2:0", "kworker/2:1H"), names(stays, "workers of per-CPU work queues"));
        assertEquals(List.of("kworker/R-kblockd"), names(stays, "rescuers of work queues"));
        assertEquals(List.of("kstuck"), names(stays, "kernel threads that refuse to be bound"));
        assertEquals(List.of("those of CPU 2"), names(stays, "RCU callbacks"));
        assertEquals(stays.stream().map(Unmovable::group).sorted().toList(), stays.stream().map(Unmovable::group).toList());
        assertEquals("per-CPU kernel threads: ksoftirqd/2, migration/2, migration/3 (each CPU has its own)",
                stays.stream().filter(one -> one.group().startsWith("per-CPU")).findFirst().orElseThrow().toString());
    }

    @Test
    void interruptsOfTheProcessorAndTheTick() throws Exception {
        FakeNode node = FakeNode.two(4, 1).file("/sys/devices/system/cpu/nohz_full", "3");
        node.file("/proc/interrupts", "     CPU0  CPU1  CPU3\n 16: 1 0 5 IO-APIC 4-edge x\nLOC: 9 9 9 Local timer interrupts\n"
                + "RES: 5 5 0 Rescheduling interrupts\nCAL: 0 0 2 Function call interrupts\nERR: 7");
        List<Unmovable> stays = new Partitions(node, new StateFolder(folder)).unmovable(partition(false));
        assertEquals(List.of("CAL Function call interrupts", "LOC Local timer interrupts"),
                names(stays, "interrupts of the processor"));
        assertEquals(List.of("that of CPU 2"), names(stays, "timer tick"));
        node.file("/sys/devices/system/cpu/nohz_full", "2-3");
        assertEquals(List.of(), names(new Partitions(node, new StateFolder(folder)).unmovable(partition(false)), "timer tick"));
    }

    @Test
    void queuesThatKeepTheirMask() throws Exception {
        String queue = "/sys/devices/virtual/workqueue/odd/cpumask";
        FakeNode node = FakeNode.two(4, 1).file(queue, "f").refusing(queue);
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        assertEquals(List.of(), names(partitions.unmovable(partition(false)), "work queues"));
        assertEquals(1, partitions.create(partition(false)).notes().size());
        assertEquals(List.of("odd"), names(partitions.unmovable(partition(false)), "work queues"));
    }

    @Test
    void timeForOrdinaryThreads() throws Exception {
        String server = SteeringWants.SERVERS + "/cpu3/runtime";
        FakeNode node = FakeNode.two(4, 1).file("/proc/sys/kernel/osrelease", "6.12.3-generic");
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        String group = "time set aside for ordinary threads";
        assertEquals(1, names(partitions.unmovable(partition(true)), group).size());
        assertEquals(List.of(), names(partitions.unmovable(partition(false)), group));
        node.file(server, "50000000").file(SteeringWants.SERVERS + "/cpu1/runtime", "50000000");
        String before = node.snapshot();
        assertEquals(List.of(), names(partitions.unmovable(partition(true)), group));
        partitions.create(partition(true));
        assertEquals("0", node.read(server).orElseThrow());
        assertEquals("50000000", node.read(SteeringWants.SERVERS + "/cpu1/runtime").orElseThrow());
        assertEquals("-1", node.read("/proc/sys/kernel/sched_rt_runtime_us").orElseThrow());
        partitions.destroy("quiet");
        assertEquals(before, node.snapshot());
        assertTrue(names(new Partitions(FakeNode.two(4, 1).file("/proc/sys/kernel/osrelease", "6.1.0"), new StateFolder(folder))
                .unmovable(partition(true)), group).isEmpty());
    }
}
