package org.outrigger.node.partition;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.node.CpuSet;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** What processes have bound themselves to, on a Linux that forgets it. */
class WishesTest {
    private static final int BOUND = 600;
    private static final int ON_THE_CORES = 601;
    private static final int CHANGING = 602;
    private static final int SERVER = 603;
    private static final int FREE = 604;

    @TempDir
    private Path folder;

    private static FakeNode node(int version) throws Exception {
        FakeNode node = version == 1 ? FakeNode.one(8, 1) : FakeNode.two(8, 1);
        String theirs = (version == 1 ? FakeNode.V1 : FakeNode.V2) + "/theirs";
        if (version == 2) {
            node.write(FakeNode.V2 + "/cgroup.subtree_control", "+cpuset");
        }
        node.makeFolder(theirs);
        node.write(theirs + "/cpuset.cpus", "2-6");
        for (int tid : new int[] {BOUND, ON_THE_CORES, CHANGING, SERVER, FREE}) {
            node.thread(tid, 1, "program", CpuSet.range(0, 7), true);
        }
        node.write(theirs + "/cgroup.procs", Integer.toString(SERVER));
        node.bind(SERVER, CpuSet.of(3, 5));
        node.bind(BOUND, CpuSet.of(1, 2, 4));
        node.bind(ON_THE_CORES, CpuSet.of(5));
        node.bind(CHANGING, CpuSet.of(0, 1));
        return node.file("/proc/sys/kernel/osrelease", "6.1.0-43-amd64");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theyAreKeptAsFarAsMayBeAndComeBack(int version) throws Exception {
        FakeNode node = node(version);
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        partitions.create(PartitionsTest.partition("quiet", CpuSet.range(4, 5)));
        assertEquals(CpuSet.of(1, 2), node.affinity(BOUND).orElseThrow());
        assertEquals(CpuSet.of(3), node.affinity(SERVER).orElseThrow());
        assertEquals(CpuSet.of(0, 1), node.affinity(CHANGING).orElseThrow());
        assertEquals(CpuSet.of(0, 1, 2, 3, 6, 7), node.affinity(ON_THE_CORES).orElseThrow());
        partitions.resize("quiet", old -> old.with(CpuSet.range(2, 3).union(CpuSet.of(7)), old.linuxCores(), old.memory()));
        assertEquals(CpuSet.of(1, 4), node.affinity(BOUND).orElseThrow());
        assertEquals(CpuSet.of(5), node.affinity(SERVER).orElseThrow());
        node.bind(CHANGING, CpuSet.of(6));
        partitions.create(PartitionsTest.partition("more", CpuSet.of(1)));
        assertEquals(CpuSet.of(6), node.affinity(CHANGING).orElseThrow());
        partitions.destroy("quiet");
        partitions.destroy("more");
        assertEquals(CpuSet.of(1, 2, 4), node.affinity(BOUND).orElseThrow());
        assertEquals(CpuSet.of(5), node.affinity(ON_THE_CORES).orElseThrow());
        assertEquals(CpuSet.of(3, 5), node.affinity(SERVER).orElseThrow());
        assertEquals(CpuSet.of(6), node.affinity(CHANGING).orElseThrow());
        assertEquals(CpuSet.range(0, 7), node.affinity(FREE).orElseThrow());
    }
}
