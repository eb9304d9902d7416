package org.outrigger.node.partition;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.node.CpuSet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Features of partitions: what each changes, that it comes back, and the reasons where Linux cannot. */
class FeaturesTest {
    private static final String NUMA = "/proc/sys/kernel/numa_balancing";
    private static final String THP = "/sys/kernel/mm/transparent_hugepage/enabled";
    private static final String SWAP = "Filename\tType\tSize\tUsed\tPriority\n/dev/sda2 partition 1048572 0 -2";
    @TempDir
    private Path folder;

    private static Partition partition(String name, int core, String features, boolean nodeWide) throws PartitionException {
        return new Partition(name, CpuSet.of(core), CpuSet.EMPTY, List.of(), features.isEmpty() ? Map.of()
                : Feature.parse(features),
                false, Partition.ALL, List.of(), Optional.empty(), nodeWide);
    }

    private Partitions on(FakeNode node) {
        return new Partitions(node, new StateFolder(folder));
    }

    private static FakeNode twoNodes(String balancing) {
        return FakeNode.two(8, 2).file(NUMA, balancing).file("/sys/devices/system/node/online", "0-1");
    }

    private static String text(FakeNode node, String file) {
        return node.read(file).orElseThrow();
    }

    @Test
    void noSwapByTheGroupOfThePartition() throws Exception {
        FakeNode node = FakeNode.two(4, 1).file("/proc/swaps", SWAP);
        String before = node.snapshot();
        Partitions partitions = on(node);
        Partition dry = partition("dry", 3, "swap=off", false);
        assertEquals(List.of(), partitions.create(dry).notes());
        String group = partitions.group(dry);
        assertEquals("0", text(node, group + "/memory.swap.max"));
        assertEquals(List.of(Path.of(group, "cgroup.procs")), partitions.overview().members(dry));
        partitions.create(partition("wet", 2, "swap=on", false));
        assertEquals("max", text(node, partitions.group(partition("wet", 2, "", false)) + "/memory.swap.max"));
        partitions.destroy("dry");
        partitions.destroy("wet");
        assertEquals(before, node.snapshot());
    }

    /** The group of version 1 is in the group of the process that created the partition, wherever later commands come from. */
    @Test
    void noSwapByAGroupOfTheMemoryController() throws Exception {
        FakeNode node = FakeNode.one(4, 1).file("/proc/swaps", SWAP).memoryGroups("/user");
        String before = node.snapshot();
        Partitions partitions = on(node);
        Partition dry = partition("dry", 3, "swap=off", false);
        partitions.create(dry);
        String group = FakeNode.MEMORY_V1 + "/user/outrigger-dry";
        assertEquals("0", text(node, group + "/memory.swappiness"));
        assertEquals(List.of(Path.of(partitions.group(dry), "cgroup.procs"), Path.of(group, "cgroup.procs")),
                partitions.overview().members(dry));
        String groups = text(node, "/proc/self/cgroup");
        node.file("/proc/self/cgroup", groups.replace("/user", "/"));
        partitions.create(partition("other", 2, "", false));
        assertEquals("0", text(node, group + "/memory.swappiness"));
        node.file("/proc/self/cgroup", groups);
        partitions.destroy("other");
        partitions.destroy("dry");
        assertEquals(before, node.snapshot());
    }

    @Test
    void swapOffNeedsSomethingToSwitchItOffBy() throws Exception {
        FakeNode node = FakeNode.one(4, 1).file("/proc/swaps", SWAP);
        Partitions partitions = on(node);
        String before = node.snapshot();
        InterruptsTest.refused(partitions, partition("dry", 3, "swap=off", false),
                "the feature 'swap' cannot be off: there is no memory controller in the control group " + FakeNode.V1);
        assertEquals(before, node.snapshot());
        node.file("/proc/swaps", SWAP.substring(0, SWAP.indexOf('\n')));
        Partition dry = partition("dry", 3, "swap=off", false);
        partitions.create(dry);
        assertEquals(1, partitions.overview().members(dry).size());
    }

    @Test
    void numaBalancingIsOfTheWholeNode() throws Exception {
        FakeNode node = twoNodes("1");
        String before = node.snapshot();
        Partitions partitions = on(node);
        InterruptsTest.refused(partitions, partition("still", 3, "numa-balancing=off", false),
                "the feature 'numa-balancing' cannot be off: the whole node has one setting: sysctl -w kernel.numa_balancing=0");
        assertEquals(before, node.snapshot());
        partitions.create(partition("usual", 2, "numa-balancing=on", false));
        InterruptsTest.refused(partitions, partition("still", 3, "numa-balancing=off", true),
                "partition 'usual' says the opposite");
        partitions.destroy("usual");
        partitions.create(partition("still", 3, "numa-balancing=off", true));
        partitions.create(partition("also", 4, "numa-balancing=off", true));
        partitions.create(partition("other", 5, "", true));
        InterruptsTest.refused(partitions, partition("usual", 2, "numa-balancing=on", true), "'also' says the opposite");
        assertEquals("0", text(node, NUMA));
        partitions.destroy("still");
        assertEquals("0", text(node, NUMA));
        partitions.destroy("also");
        assertEquals("1", text(node, NUMA));
        partitions.destroy("other");
        assertEquals(before, node.snapshot());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "none", "one node"})
    void numaBalancingThatIsNotThereCanBeOff(String what) throws Exception {
        FakeNode node = switch (what) {
            case "0" -> twoNodes("0");
            case "none" -> FakeNode.two(8, 2).file("/sys/devices/system/node/online", "0-1");
            default -> FakeNode.two(8, 1).file(NUMA, "1").file("/sys/devices/system/node/online", "0");
        };
        Partitions partitions = on(node);
        Optional<String> before = node.read(NUMA);
        partitions.create(partition("still", 3, "numa-balancing=off", false));
        assertEquals(before, node.read(NUMA));
        partitions.destroy("still");
        if (what.equals("none")) {
            InterruptsTest.refused(partitions, partition("usual", 3, "numa-balancing=on", true), "this kernel has none");
        } else if (what.equals("0")) {
            InterruptsTest.refused(partitions, partition("usual", 3, "numa-balancing=on", false), "numa_balancing=1");
            partitions.create(partition("usual", 3, "numa-balancing=on", true));
            assertEquals("1", text(node, NUMA));
            partitions.destroy("usual");
            assertEquals("0", text(node, NUMA));
        }
    }

    @Test
    void transparentHugePages() throws Exception {
        FakeNode node = FakeNode.two(8, 1).file(THP, "always madvise [never]");
        String before = node.snapshot();
        Partitions partitions = on(node);
        partitions.create(partition("small", 2, "thp=off", false));
        InterruptsTest.refused(partitions, partition("large", 3, "thp=on", false),
                "the feature 'thp' cannot be on: the node has them 'never': echo madvise > " + THP);
        partitions.create(partition("large", 3, "thp=on", true));
        assertEquals("always [madvise] never", text(node, THP));
        assertTrue(partitions.plan(partition("more", 4, "thp=on", true)).stream().noneMatch(step -> step.place().equals(THP)));
        partitions.destroy("large");
        partitions.destroy("small");
        assertEquals(before, node.snapshot());
        node.file(THP, "[always] madvise never");
        partitions.create(partition("large", 3, "thp=on", true));
        assertEquals("[always] madvise never", text(node, THP));
        InterruptsTest.refused(on(FakeNode.two(8, 1)), partition("more", 4, "thp=on", true), "this kernel has none");
    }

    @Test
    void detectorsOfLockUps() throws Exception {
        FakeNode node = FakeNode.two(8, 1);
        Partitions partitions = on(node);
        partitions.create(partition("unseen", 3, "watchdog=off", false));
        partitions.create(partition("seen", 4, "watchdog=on", false));
        assertEquals("0-2,4-7", text(node, "/proc/sys/kernel/watchdog_cpumask"));
        node.file("/proc/sys/kernel/watchdog", "0");
        InterruptsTest.refused(partitions, partition("more", 5, "watchdog=on", false), "sysctl -w kernel.watchdog=1");
    }

    @Test
    void workOfTheKernelStaysWhereItIsWanted() throws Exception {
        FakeNode node = FakeNode.two(8, 1).file("/proc/sys/kernel/timer_migration", "1")
                .file("/sys/devices/virtual/workqueue/writeback/cpumask", "ff");
        String before = node.snapshot();
        Partitions partitions = on(node);
        partitions.create(partition("shared", 3, "kthreads=on,irqs=on", false));
        assertEquals("ff", text(node, "/sys/devices/virtual/workqueue/writeback/cpumask"));
        assertEquals("1", text(node, "/proc/sys/kernel/timer_migration"));
        assertEquals(CpuSet.range(0, 7), node.affinity(300).orElseThrow());
        assertEquals("0-7", text(node, "/proc/irq/16/smp_affinity_list"));
        partitions.create(partition("quiet", 4, "", false));
        assertEquals("ef", text(node, "/sys/devices/virtual/workqueue/writeback/cpumask"));
        assertEquals("0", text(node, "/proc/sys/kernel/timer_migration"));
        assertFalse(node.affinity(300).orElseThrow().contains(4));
        assertTrue(node.affinity(300).orElseThrow().contains(3));
        partitions.destroy("quiet");
        partitions.destroy("shared");
        assertEquals(before, node.snapshot());
    }

    /** The books of a partition that may change the whole node, and where they are mended, still say so. */
    @Test
    void theBooksKeepThePermission() throws Exception {
        Books books = new Books("boot");
        books.put(partition("wide", 3, "thp=on", true));
        books.put(partition("narrow", 4, "", false));
        Books read = BooksText.read(BooksText.write(books));
        assertTrue(read.partition("wide").orElseThrow().nodeWide());
        assertFalse(read.partition("narrow").orElseThrow().nodeWide());
    }
}
