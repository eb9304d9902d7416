package org.outrigger.node.partition;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.node.CpuSet;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Who may run on the cores of a partition without being in it. */
class StrangersTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theyAreToldByNameAndTheNextCommandMovesThem(int version) throws Exception {
        FakeNode node = version == 1 ? FakeNode.one(8, 1) : FakeNode.two(8, 1);
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        Partition quiet = PartitionsTest.partition("quiet", CpuSet.of(5));
        partitions.create(quiet);
        List<Stranger> fixed = partitions.strangers(quiet).stream().filter(Stranger::kernel).toList();
        assertEquals(List.of(new Stranger(15, "migration/5", true, "belongs to this CPU")), fixed);
        assertEquals("kernel thread migration/5 (15): belongs to this CPU", fixed.getFirst().toString());
        node.thread(700, 2, "kthread (odd)", CpuSet.range(0, 7), true);
        node.thread(701, 2, "kworker/5:1", CpuSet.of(5), false);
        node.thread(800, 1, "late", CpuSet.range(0, 7), true);
        node.thread(801, 1, "inside", CpuSet.of(5), true);
        node.write(partitions.group(quiet) + "/cgroup.procs", "801");
        node.thread(802, 1, "elsewhere", CpuSet.of(1), true);
        List<String> told = partitions.strangers(quiet).stream().filter(stranger -> stranger.pid() >= 700).map(Stranger::toString)
                .toList();
        assertEquals(List.of("kernel thread kthread (odd) (700): not moved; the next command that changes partitions tries",
                "kernel thread kworker/5:1 (701): work queue of this CPU",
                "process late (800): came after the last command that changed partitions; the next one moves it"), told);
        partitions.resize("quiet", old -> old);
        assertEquals(CpuSet.of(0, 1, 2, 3, 4, 6, 7), node.affinity(700).orElseThrow());
        assertEquals(version == 1 ? FakeNode.V1 + "/" + Cpusets.REST : FakeNode.V2, node.home(800));
    }
}
