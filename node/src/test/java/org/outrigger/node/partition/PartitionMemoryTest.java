package org.outrigger.node.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.node.CpuSet;

/** Memory of partitions on a node in memory: pools that grow and shrink, by exactly what is a partition's. */
class PartitionMemoryTest {
    private static final long GIB = 1L << 30;

    @TempDir
    private Path folder;

    private final FakeNode node = FakeNode.two(8, 2);

    private Partitions partitions() {
        return new Partitions(node, new StateFolder(folder));
    }

    private static PoolPages pages(int number, long count) {
        return new PoolPages(number, FakeNode.HUGE, count);
    }

    private String pool(int number) {
        return node.read(pages(number, 0).file()).orElseThrow();
    }

    private static Partition partition(String name, int core, PoolPages... memory) {
        return PartitionsTest.partition(name, CpuSet.of(core), memory);
    }

    @Test
    void partitionsShareANode() throws Exception {
        node.pool(1, FakeNode.HUGE, 7, 1000);
        String before = node.snapshot();
        partitions().create(partition("a", 4, pages(1, 100)));
        partitions().create(partition("b", 5, pages(1, 30), pages(0, 2)));
        assertEquals("137", pool(1));
        partitions().resize("a", old -> old.with(old.cores(), old.linuxCores(), List.of(pages(1, 60))));
        assertEquals("97", pool(1));
        partitions().destroy("a");
        assertEquals("37", pool(1));
        assertEquals("2", pool(0));
        partitions().destroy("b");
        assertEquals(before, node.snapshot());
    }

    @Test
    void othersMayUseThePoolMeanwhile() throws Exception {
        partitions().create(partition("a", 4, pages(1, 100)));
        node.write(pages(1, 0).file(), "120");
        partitions().destroy("a");
        assertEquals("20", pool(1));
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 42, 105})
    void aCrashWhileAPoolGrows(long reached) throws Exception {
        node.pool(1, FakeNode.HUGE, 5, 1000);
        String before = node.snapshot();
        crash(() -> new Partitions(node, new StateFolder(folder), PartitionMemoryTest::fall)
                .create(partition("a", 4, pages(1, 100))));
        node.file(pages(1, 0).file(), Long.toString(reached));
        partitions().reconcile();
        assertEquals(before, node.snapshot());
    }

    @ParameterizedTest
    @ValueSource(longs = {105, 106, 142, 205})
    void aCrashWhileALargerPoolGrows(long reached) throws Exception {
        node.pool(1, FakeNode.HUGE, 5, 1000);
        partitions().create(partition("a", 4, pages(1, 100)));
        String before = node.snapshot();
        crash(() -> new Partitions(node, new StateFolder(folder), PartitionMemoryTest::fall)
                .resize("a", old -> old.with(old.cores(), old.linuxCores(), List.of(pages(1, 200)))));
        node.file(pages(1, 0).file(), Long.toString(reached));
        partitions().reconcile();
        assertEquals(before, node.snapshot());
        partitions().destroy("a");
        assertEquals("5", pool(1));
    }

    /** What no handler of exceptions sees, like SIGKILL. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private static void fall(String step) {
        if (step.contains("pages of 2M")) {
            throw new Killed();
        }
    }

    private static void crash(Executable command) {
        assertThrows(Killed.class, command);
    }

    @Test
    void pagesInUseGoWhenTheyAreFreed() throws Exception {
        node.pool(1, FakeNode.HUGE, 5, 1000);
        partitions().create(partition("a", 4, pages(1, 100)));
        node.inUse(1, 80);
        partitions().destroy("a");
        assertEquals("80", pool(1));
        partitions().create(partition("b", 4, pages(1, 10)));
        node.inUse(1, 3);
        assertEquals("15", pool(1));
        partitions().destroy("b");
        assertEquals("5", pool(1));
    }

    @Test
    void tooFewPagesAreTold() throws Exception {
        String before = node.snapshot();
        PartitionException refused = assertThrows(PartitionException.class,
                () -> partitions().create(partition("a", 4, pages(1, 1100))));
        assertEquals("1100 pages of 2M on NUMA node 1: only 1024 of 1100 pages could be had: the memory is in use, or in pieces"
                + " that are too small", refused.getMessage());
        assertEquals(before, node.snapshot());
    }

    @Test
    void moreThanThereIs() throws Exception {
        FakeMachine.memory(node, 0, 8 * GIB, GIB);
        node.file("/proc/zoneinfo", "Node 0, zone  Normal\n  pages free  9\n        high     1024\nNode 1, zone Normal\n"
                + "        high 5");
        String before = node.snapshot();
        PartitionException refused = assertThrows(PartitionException.class,
                () -> partitions().create(partition("a", 4, pages(0, 511))));
        assertEquals("NUMA node 0 has no 1022M: 1020M are free or can be taken back", refused.getMessage());
        partitions().create(partition("a", 4, pages(0, 510)));
        assertTrue(assertThrows(PartitionException.class, () -> partitions().create(partition("b", 5, pages(7, 1)))).getMessage()
                .startsWith("there is no NUMA node 7"));
        FakeMachine.memory(node, 1, 0, 0);
        assertEquals("NUMA node 1 has no memory", assertThrows(PartitionException.class,
                () -> partitions().create(partition("b", 5, pages(1, 1)))).getMessage());
        assertEquals("NUMA node 0 has no pool for pages of 16M", assertThrows(PartitionException.class,
                () -> partitions().create(partition("b", 5, new PoolPages(0, 16 << 20, 1)))).getMessage());
        FakeMachine.memory(node, 1, 8 * GIB, 6 * GIB);
        partitions().destroy("a");
        assertEquals(before, node.snapshot());
    }

    @Test
    void smallerPagesWhereTheLargestAreTooFew() throws Exception {
        node.pool(1, GIB, 0, 1);
        String before = node.snapshot();
        Partitions.Outcome outcome = partitions().create(partition("a", 4, new PoolPages(1, GIB, 2)));
        assertEquals(List.of("NUMA node 1 has 1 of 2 pages of 1G too few: 1G are in pages of 2M"), outcome.notes());
        assertEquals("1", node.read(new PoolPages(1, GIB, 0).file()).orElseThrow());
        assertEquals("512", pool(1));
        assertEquals(2 * GIB, outcome.partition().bytes());
        partitions().destroy("a");
        assertEquals(before, node.snapshot());
    }

    @Test
    void jobsMayHaveNoMoreThanTheirPartition() throws Exception {
        String before = node.snapshot();
        partitions().create(partition("a", 4, pages(1, 100), pages(0, 10)));
        partitions().create(partition("b", 5));
        String group = FakeNode.V2 + "/outrigger-a/hugetlb.2MB.";
        assertEquals(Long.toString(110 * FakeNode.HUGE), node.read(group + "max").orElseThrow());
        assertEquals(Long.toString(110 * FakeNode.HUGE), node.read(group + "rsvd.max").orElseThrow());
        assertEquals("max", node.read(FakeNode.V2 + "/outrigger-b/hugetlb.2MB.max").orElseThrow());
        partitions().resize("a", old -> old.with(old.cores(), old.linuxCores(), List.of(pages(1, 50))));
        assertEquals(Long.toString(50 * FakeNode.HUGE), node.read(group + "max").orElseThrow());
        partitions().resize("a", old -> old.with(old.cores(), old.linuxCores(), List.of()));
        assertFalse(node.exists(group + "max"), "nobody needs the account any more");
        partitions().destroy("a");
        partitions().destroy("b");
        assertEquals(before, node.snapshot());
    }

    @Test
    void whatIsInUseIsSeen() throws Exception {
        partitions().create(partition("a", 4, pages(1, 100)));
        partitions().create(partition("b", 5, pages(1, 10), pages(0, 4)));
        node.file(FakeNode.V2 + "/outrigger-a/hugetlb.2MB.numa_stat", "total=41943040 N0=0 N1=41943040");
        assertEquals(List.of(20L), partitions().overview().look("a").memory().stream().map(Sight.Pool::used)
                .filter(used -> used > 0).toList());
        assertEquals(List.of(), partitions().overview().look("b").memory().stream().map(Sight.Pool::used)
                .filter(used -> used > 0).toList());
    }

    @Test
    void pagesOfRunningProcessesStay() throws Exception {
        partitions().create(partition("a", 4, pages(1, 100)));
        node.file(FakeNode.V2 + "/outrigger-a/hugetlb.2MB.numa_stat", "total=41943040 N0=0 N1=41943040");
        PartitionException refused = assertThrows(PartitionException.class, () -> partitions().resize("a",
                old -> old.with(old.cores(), old.linuxCores(), List.of(pages(1, 19)))));
        assertEquals("its processes have 20 of the 100 pages of 2M on NUMA node 1: they cannot become 19", refused.getMessage());
        partitions().resize("a", old -> old.with(old.cores(), old.linuxCores(), List.of(pages(1, 20))));
        assertEquals("20", pool(1));
    }
}
