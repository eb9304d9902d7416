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
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Partitions on a node in memory: what they change, and that all of it comes back. */
class PartitionsTest {
    @TempDir
    private Path folder;

    static Partition partition(String name, CpuSet cores, PoolPages... memory) {
        return new Partition(name, cores, CpuSet.EMPTY, List.of(memory), Map.of(), false, Partition.ALL, List.of(),
                Optional.empty());
    }

    private static FakeNode node(int version) {
        return version == 1 ? FakeNode.one(8, 2) : FakeNode.two(8, 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatIsChangedComesBack(int version) throws Exception {
        FakeNode node = node(version);
        String before = node.snapshot();
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        Partition quiet = partition("quiet", CpuSet.range(4, 7), new PoolPages(1, FakeNode.HUGE, 100));
        assertEquals(List.of(), partitions.create(quiet).notes());
        assertEquals("isolated", partitions.kind(quiet));
        assertEquals("0-3", node.read("/proc/irq/17/smp_affinity_list").orElseThrow());
        assertEquals("0f", node.read("/sys/devices/virtual/workqueue/cpumask").orElseThrow());
        assertEquals("100", node.read(quiet.memory().getFirst().file()).orElseThrow());
        assertEquals(CpuSet.range(0, 3), node.affinity(300).orElseThrow());
        assertEquals(CpuSet.of(5), node.affinity(15).orElseThrow());
        assertEquals(CpuSet.range(0, 3), node.effective(node.home(1)));
        partitions.create(partition("more", CpuSet.of(2, 3)));
        assertEquals("0-1", node.read("/proc/irq/17/smp_affinity_list").orElseThrow());
        partitions.destroy("quiet");
        assertEquals("0-1,4-7", node.read("/proc/irq/17/smp_affinity_list").orElseThrow());
        partitions.destroy("more");
        assertEquals(before, node.snapshot());
        assertEquals(List.of(), partitions.list());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void coresMoveWhileTheGroupIsInUse(int version) throws Exception {
        FakeNode node = node(version);
        String before = node.snapshot();
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        partitions.create(partition("quiet", CpuSet.range(4, 7)));
        for (CpuSet cores : List.of(CpuSet.of(6), CpuSet.range(1, 6), CpuSet.of(7), CpuSet.range(2, 5))) {
            partitions.resize("quiet", old -> old.with(cores, old.linuxCores(), old.memory()));
            assertEquals(cores, node.effective(partitions.group(partitions.find("quiet").orElseThrow())));
            assertEquals(CpuSet.range(0, 7).minus(cores), node.effective(node.home(1)));
            assertEquals(CpuSet.range(0, 7).minus(cores).toString(), node.read("/proc/irq/18/smp_affinity_list").orElseThrow());
        }
        partitions.destroy("quiet");
        assertEquals(before, node.snapshot());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void refusalsChangeNothing(int version) throws Exception {
        FakeNode node = node(version).readOnly("/proc/irq/19/smp_affinity_list");
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        assertTrue(partitions.create(partition("there", CpuSet.of(1))).notes().getFirst().startsWith("interrupt 19"));
        String before = node.snapshot();
        for (Partition bad : List.of(partition("there", CpuSet.of(2)), partition("other", CpuSet.of(1, 2)),
                partition("all", CpuSet.range(2, 7).union(CpuSet.of(0))), partition("far", CpuSet.of(8)),
                partition("big", CpuSet.of(3), new PoolPages(0, FakeNode.HUGE, 2000)))) {
            assertThrows(PartitionException.class, () -> partitions.create(bad), bad.name());
            assertEquals(before, node.snapshot(), bad.name());
        }
        assertThrows(PartitionException.class, () -> partitions.destroy("nobody"));
        assertEquals(before, node.snapshot());
    }

    /** Linux before 6.2 lets threads of the kernel run anywhere when a partition comes or goes. */
    @ParameterizedTest
    @ValueSource(strings = {"6.1.0-1", "6.18.1"})
    void threadsOfNodesComeBack(String release) throws Exception {
        FakeNode node = FakeNode.two(8, 2).file("/proc/sys/kernel/osrelease", release)
                .thread(310, 2, "kcompactd0", CpuSet.range(0, 3), true).thread(311, 2, "kcompactd1", CpuSet.range(4, 7), true);
        String before = node.snapshot();
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        partitions.create(partition("quiet", CpuSet.range(4, 7)));
        assertEquals(CpuSet.range(0, 3), node.affinity(310).orElseThrow());
        assertEquals(CpuSet.range(0, 3), node.affinity(311).orElseThrow());
        partitions.destroy("quiet");
        assertEquals(before, node.snapshot());
    }

    @Test
    void whatMeansTheSameToTheKernel() {
        assertTrue(Drivers.same("f", "0f"));
        assertTrue(Drivers.same("00000000,0000000f", "f"));
        assertTrue(Drivers.same("0-1", "0,1"));
        assertFalse(Drivers.same("0,2", "2"));
        assertFalse(Drivers.same("1", "10"));
    }
}
