package org.outrigger.node.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** hwloc and sysfs tell the same. */
class TopologyAgreementTest {
    private static final Path SYS = Path.of("/sys");

    @TempDir
    private Path root;

    private static void assertSame(Topology hwloc, Topology sysfs) {
        for (ObjectKind kind : ObjectKind.values()) {
            assertEquals(hwloc.objects(kind), sysfs.objects(kind));
        }
    }

    @Test
    void aboutThisMachine() throws Exception {
        Topology hwloc = Hwloc.topology();
        assertEquals("hwloc", hwloc.source());
        assertSame(hwloc, SysfsTopology.read(SYS));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 2, 1, false, false, false", "1, 2, 1, 2, true, false, false", "2, 1, 4, 2, false, true, true",
        "2, 4, 16, 2, false, false, true", "8, 1, 32, 1, false, false, false", "4, 2, 16, 2, true, false, true",
        "2, 1, 64, 2, false, true, false", "1, 8, 4, 1, false, false, false",
    })
    void aboutRegularMachines(int sockets, int nodesEach, int coresEach, int threads, boolean adjacent, boolean spread,
            boolean holes) throws Exception {
        SyntheticMachine machine = SyntheticMachine.regular(sockets, nodesEach, coresEach, threads, adjacent, spread, holes);
        Path sys = machine.write(root);
        assertSame(Hwloc.topology("-i", root.toString(), "--if", "fsroot"), SysfsTopology.read(sys));
    }

    /** Machines of up to 64 CPUs with caches, dies, memory alone and CPUs off line. */
    @RepeatedTest(15)
    void aboutOddMachines(RepetitionInfo repetition) throws Exception {
        SyntheticMachine machine = odd(new Random(repetition.getCurrentRepetition()));
        Path sys = machine.write(root);
        assertSame(Hwloc.topology("-i", root.toString(), "--if", "fsroot"), SysfsTopology.read(sys));
    }

    static SyntheticMachine odd(Random random) {
        SyntheticMachine machine = new SyntheticMachine();
        int sockets = 1 + random.nextInt(3);
        int dies = 1 + random.nextInt(2);
        int caches = 1 + random.nextInt(2);
        int cores = sockets * dies * caches * (1 + random.nextInt(3));
        int threads = 1 + random.nextInt(2);
        boolean adjacent = random.nextBoolean();
        boolean nodeOfDie = random.nextBoolean();
        boolean cached = random.nextBoolean();
        int step = 1 + random.nextInt(3);
        int stride = random.nextBoolean() ? 1 : 5; // 5 has no factor in common with any number of places here
        for (int core = 0; core < cores; core++) {
            int place = core * stride % (sockets * dies * caches);
            int socket = place % sockets;
            int die = place / sockets % dies;
            for (int thread = 0; thread < threads; thread++) {
                machine.cpu(adjacent ? core * threads + thread : core + thread * cores, socket, die, core * step,
                        nodeOfDie ? socket * dies + die : socket, cached ? place : -1);
            }
        }
        int nodes = nodeOfDie ? sockets * dies : sockets;
        if (random.nextBoolean()) {
            machine.memory(nodes);
        }
        if (random.nextBoolean()) {
            machine.memory(nodes + 1, random.nextInt(nodes));
        }
        int off = 1 + random.nextInt(cores * threads);
        return random.nextBoolean() && cores * threads > nodes * 2 && off < cores * threads ? machine.offline(off) : machine;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "numa:4 core:16 pu:2 | 4 | 64 | 128", "pack:2 numa:4 core:16 pu:2 | 8 | 128 | 256", "numa:1 core:2 pu:1 | 1 | 2 | 2",
        "numa:8 core:32 pu:1 | 8 | 256 | 256", "pack:2 l3:4 l2:2 core:1 pu:2 | 1 | 16 | 32",
    })
    void whatHwlocInventsIsRead(String description, int nodes, int cores, int units) throws Exception {
        Topology topology = Hwloc.topology("-i", description);
        assertEquals(nodes, topology.objects(ObjectKind.NUMANODE).size());
        assertEquals(cores, topology.objects(ObjectKind.CORE).size());
        assertEquals(units, topology.objects(ObjectKind.PU).size());
        assertEquals(units, topology.cpus().size());
        assertEquals(units / cores, topology.siblings(units - 1).size());
        assertEquals(units / nodes, topology.of(ObjectKind.NUMANODE, 0).orElseThrow().cpus().size());
    }
}
