package org.outrigger.node.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.node.CpuSet;

/** Cores chosen by number. */
class ChoiceTest {
    @TempDir
    private Path root;

    /** Machines whose nodes lie within packages, with hardware threads {@code cores} apart. */
    private Topology machine(int sockets, int nodesEach, int coresEach, int threads) throws IOException {
        SyntheticMachine machine = SyntheticMachine.regular(sockets, nodesEach, coresEach, threads, false, false, false);
        return SysfsTopology.read(machine.write(root));
    }

    private static String chosen(Topology topology, CpuSet free, int count) throws ChoiceException {
        Choice choice = Choice.of(topology, free, count);
        assertEquals(choice, Choice.of(topology, free, count));
        return choice.nodes() + " " + choice.cpus();
    }

    @Test
    void wholeCoresOfOneNodeWithoutTheFirst() throws Exception {
        Topology topology = machine(2, 1, 4, 2);
        assertEquals("1 1,9", chosen(topology, topology.cpus(), 1));
        assertEquals("1 1-3,9-11", chosen(topology, topology.cpus(), 3));
        assertEquals("1 4-7,12-15", chosen(topology, topology.cpus(), 4));
        assertEquals("2 1,4-7,9,12-15", chosen(topology, topology.cpus(), 5));
        assertEquals("2 1-7,9-15", chosen(topology, topology.cpus(), 7));
        assertEquals("2 0-15", chosen(topology, topology.cpus(), 8));
    }

    @Test
    void onlyWhatIsFreeAsAWhole() throws Exception {
        Topology topology = machine(2, 1, 4, 2);
        CpuSet free = CpuSet.of(0, 8, 1, 2, 10, 5, 13, 6);
        assertEquals("1 2,10", chosen(topology, free, 1));
        assertEquals("2 2,5,10,13", chosen(topology, free, 2));
        assertEquals("2 0,2,5,8,10,13", chosen(topology, free, 3));
        assertEquals("4 cores are wanted, and only 3 are free as a whole",
                assertThrows(ChoiceException.class, () -> Choice.of(topology, free, 4)).getMessage());
        assertEquals("1 core is wanted, and none is free as a whole",
                assertThrows(ChoiceException.class, () -> Choice.of(topology, CpuSet.of(1, 2), 1)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Choice.of(topology, free, 0));
    }

    @Test
    void nodesOfOnePackageRatherThanOfTwo() throws Exception {
        Topology topology = machine(2, 2, 4, 1);
        assertEquals("2 8-15", chosen(topology, topology.cpus(), 8));
        assertEquals("2 8-14", chosen(topology, topology.cpus(), 7));
        assertEquals("1 9-11", chosen(topology, topology.cpus().minus(CpuSet.of(1, 8)), 3), "the smallest that will do");
    }

    @Test
    void twoCores() throws Exception {
        Topology topology = machine(1, 1, 2, 1);
        assertEquals("1 1", chosen(topology, topology.cpus(), 1));
        assertEquals("1 0-1", chosen(topology, topology.cpus(), 2));
        assertEquals("1 0", chosen(topology, CpuSet.of(0), 1), "nothing else is left");
    }

    /** Whatever is free: as many whole cores as asked, and no other choice has fewer nodes, or as many in fewer packages. */
    @RepeatedTest(30)
    void noBetterChoiceExists(RepetitionInfo repetition) throws Exception {
        Random random = new Random(repetition.getCurrentRepetition());
        Topology topology = machine(1 + random.nextInt(4), 1 + random.nextInt(2), 1 + random.nextInt(5), 1 + random.nextInt(2));
        CpuSet free = CpuSet.of(IntStream.of(topology.cpus().toArray()).filter(cpu -> random.nextInt(5) > 0).toArray());
        List<TopologyObject> cores = topology.within(ObjectKind.CORE, free);
        for (int count = 1; count <= cores.size(); count++) {
            Choice choice = Choice.of(topology, free, count);
            assertTrue(free.containsAll(choice.cpus()));
            assertEquals(List.of(), topology.splitCores(choice.cpus()));
            assertEquals(count, topology.within(ObjectKind.CORE, choice.cpus()).size());
            CpuSet boot = topology.siblings(0);
            boolean bootNeeded = topology.within(ObjectKind.CORE, free.minus(boot)).size() < count;
            assertEquals(bootNeeded, choice.cpus().contains(0));
            assertEquals(choice.nodes(), touched(topology, ObjectKind.NUMANODE, choice.cpus()));
            assertEquals(least(topology, bootNeeded ? free : free.minus(boot), count),
                    choice.nodes() * 100 + touched(topology, ObjectKind.PACKAGE, choice.cpus()), free + " " + count);
        }
    }

    private static int touched(Topology topology, ObjectKind kind, CpuSet cpus) {
        return (int) topology.objects(kind).stream().filter(object -> !object.cpus().intersection(cpus).isEmpty()).count();
    }

    /** 100 times the nodes, and the packages, of the best of all sets of nodes. */
    private static int least(Topology topology, CpuSet free, int count) {
        List<TopologyObject> nodes = topology.objects(ObjectKind.NUMANODE);
        int least = Integer.MAX_VALUE;
        for (int mask = 1; mask < 1 << nodes.size(); mask++) {
            int cores = 0;
            Set<TopologyObject> packages = new HashSet<>();
            for (int i = 0; i < nodes.size(); i++) {
                if ((mask & 1 << i) != 0) {
                    CpuSet cpus = nodes.get(i).cpus();
                    cores += topology.within(ObjectKind.CORE, free.intersection(cpus)).size();
                    packages.add(topology.of(ObjectKind.PACKAGE, cpus.first()).orElseThrow());
                }
            }
            least = cores < count ? least : Math.min(least, Integer.bitCount(mask) * 100 + packages.size());
        }
        return least;
    }
}
