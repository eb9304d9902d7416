package org.outrigger.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.abi.Mempolicy;
import org.outrigger.host.NumaPolicy;
import org.outrigger.kernel.memory.MemoryPlan.NodePolicy;
import org.outrigger.kernel.memory.NodeChoice;
import org.outrigger.kernel.memory.NodeChoice.Policy;
import org.outrigger.node.CpuSet;
import org.outrigger.node.MemoryNodes;

/** Which nodes for which rank and policy, on machines that exist as files only. */
class NodeChooserTest {
    private static final NumaPolicy DEFAULT = new NumaPolicy(Mempolicy.MPOL_DEFAULT, List.of());
    private static final CpuSet NOT_NAMED = CpuSet.EMPTY;

    @TempDir
    private Path root;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text + "\n");
    }

    /** Nodes with these CPUs; {@code -} before a list takes the node's memory away. A row of distances for each. */
    private MemoryNodes machine(String[] cpus, int[]... distances) throws IOException {
        write("sys/devices/system/node/online", "0-" + (cpus.length - 1));
        write("proc/self/status", "Mems_allowed_list:\t0-" + (cpus.length - 1));
        for (int i = 0; i < cpus.length; i++) {
            String node = "sys/devices/system/node/node" + i;
            boolean without = cpus[i].startsWith("-");
            write(node + "/cpulist", without ? cpus[i].substring(1) : cpus[i]);
            write(node + "/meminfo", "Node 0 MemTotal: " + (without ? 0 : 4096) + " kB\nNode 0 MemFree: 0 kB");
            write(node + "/distance", Arrays.stream(distances[i]).mapToObj(Integer::toString).collect(Collectors.joining(" ")));
        }
        return MemoryNodes.read(root.resolve("sys"), root.resolve("proc/self/status"));
    }

    /** So many sockets of two CPUs, all equally far from each other. */
    private MemoryNodes sockets(int count) throws IOException {
        String[] cpus = IntStream.range(0, count).mapToObj(i -> 2 * i + "-" + (2 * i + 1)).toArray(String[]::new);
        int[][] distances = IntStream.range(0, count)
                .mapToObj(i -> IntStream.range(0, count).map(j -> i == j ? 10 : 21).toArray()).toArray(int[][]::new);
        return machine(cpus, distances);
    }

    private static List<Policy> policies(int mode, Integer[]... nodes) {
        return Arrays.stream(nodes).map(list -> new Policy(mode, List.of(list))).toList();
    }

    private static Integer[] nodes(Integer... numbers) {
        return numbers;
    }

    private static List<CpuSet> ranks(CpuSet... cores) {
        return List.of(cores);
    }

    @Test
    void oneNodeIsAllThereIs() throws IOException {
        NodeChooser chooser = new NodeChooser(sockets(1), DEFAULT, NOT_NAMED);
        List<CpuSet> ranks = ranks(CpuSet.of(0), CpuSet.of(1));
        assertEquals(NodeChoice.NONE, chooser.choose(NodePolicy.NORMAL, ranks));
        assertEquals(policies(Mempolicy.MPOL_INTERLEAVE, nodes(0), nodes(0)),
                chooser.choose(NodePolicy.INTERLEAVE, ranks).ranks());
        assertEquals(policies(Mempolicy.MPOL_LOCAL, nodes(), nodes()), chooser.choose(NodePolicy.NEAREST, ranks).ranks());
        assertEquals(new NodeChoice(policies(Mempolicy.MPOL_INTERLEAVE, nodes(0), nodes(0)), List.of(0), List.of()),
                chooser.choose(NodePolicy.RANDOM, ranks));
    }

    @Test
    void eachRankHasTheNodesOfItsCores() throws IOException {
        NodeChooser chooser = new NodeChooser(sockets(8), DEFAULT, NOT_NAMED);
        List<CpuSet> ranks = ranks(CpuSet.range(0, 3), CpuSet.range(4, 7), CpuSet.of(15));
        assertEquals(policies(Mempolicy.MPOL_INTERLEAVE, nodes(0, 1), nodes(2, 3), nodes(7)),
                chooser.choose(NodePolicy.INTERLEAVE, ranks).ranks());
        NodeChoice drawn = chooser.choose(NodePolicy.RANDOM, ranks);
        assertEquals(List.of(0, 1, 2, 3, 7), drawn.drawn(), "those of all ranks");
        assertEquals(policies(Mempolicy.MPOL_INTERLEAVE, nodes(0, 1, 2, 3, 7), nodes(0, 1, 2, 3, 7), nodes(0, 1, 2, 3, 7)),
                drawn.ranks());
        assertEquals(List.of(), drawn.bound());
    }

    @Test
    void nodesNamedWithAmountsAreTheJobs() throws IOException {
        NodeChooser chooser = new NodeChooser(sockets(4), DEFAULT, CpuSet.of(1, 3));
        List<CpuSet> ranks = ranks(CpuSet.of(0), CpuSet.of(6));
        assertEquals(policies(Mempolicy.MPOL_BIND, nodes(1, 3), nodes(1, 3)), chooser.choose(NodePolicy.NORMAL, ranks).ranks());
        assertEquals(policies(Mempolicy.MPOL_INTERLEAVE, nodes(1, 3), nodes(1, 3)),
                chooser.choose(NodePolicy.INTERLEAVE, ranks).ranks());
        assertEquals(policies(Mempolicy.MPOL_BIND, nodes(1, 3), nodes(1, 3)), chooser.choose(NodePolicy.NEAREST, ranks).ranks());
        assertEquals(List.of(1, 3), chooser.choose(NodePolicy.RANDOM, ranks).drawn());
        assertEquals(List.of(1, 3), chooser.choose(NodePolicy.RANDOM, ranks).bound());
    }

    @Test
    void whatNumactlBoundStaysBound() throws IOException {
        MemoryNodes nodes = sockets(4);
        NumaPolicy bound = new NumaPolicy(Mempolicy.MPOL_BIND, List.of(2, 3));
        NodeChooser chooser = new NodeChooser(nodes, bound, NOT_NAMED);
        List<CpuSet> ranks = ranks(CpuSet.range(0, 5));
        assertEquals(NodeChoice.NONE, chooser.choose(NodePolicy.NORMAL, ranks), "inherited");
        assertEquals(policies(Mempolicy.MPOL_BIND, nodes(2, 3)), chooser.choose(NodePolicy.NEAREST, ranks).ranks());
        assertEquals(policies(Mempolicy.MPOL_INTERLEAVE, nodes(2, 3)), chooser.choose(NodePolicy.INTERLEAVE, ranks).ranks());
        assertEquals(List.of(2, 3), chooser.choose(NodePolicy.RANDOM, ranks).bound());
        assertEquals(policies(Mempolicy.MPOL_BIND, nodes(2)),
                new NodeChooser(nodes, bound, CpuSet.of(2)).choose(NodePolicy.NEAREST, ranks).ranks());
        assertEquals("memory of node 1 is not to be had (nodes: 2-3)", assertThrows(IllegalArgumentException.class,
                () -> new NodeChooser(nodes, bound, CpuSet.of(1, 2))).getMessage());
        assertThrows(IllegalArgumentException.class,
                () -> new NodeChooser(nodes, new NumaPolicy(Mempolicy.MPOL_BIND, List.of(9)), NOT_NAMED));
        NumaPolicy preferred = new NumaPolicy(Mempolicy.MPOL_PREFERRED, List.of(3));
        assertEquals(policies(Mempolicy.MPOL_LOCAL, nodes()),
                new NodeChooser(nodes, preferred, NOT_NAMED).choose(NodePolicy.NEAREST, ranks).ranks(), "was a wish");
    }

    /** Two sockets with memory, two with high-bandwidth memory beside them. */
    @Test
    void memoryAloneIsTakenWhenNamed() throws IOException {
        MemoryNodes nodes = machine(new String[] {"0-3", "4-7", "", ""}, new int[] {10, 21, 13, 23}, new int[] {21, 10, 23, 13},
                new int[] {13, 23, 10, 23}, new int[] {23, 13, 23, 10});
        List<CpuSet> ranks = ranks(CpuSet.range(0, 3), CpuSet.range(4, 7));
        assertEquals(policies(Mempolicy.MPOL_INTERLEAVE, nodes(0), nodes(1)),
                new NodeChooser(nodes, DEFAULT, NOT_NAMED).choose(NodePolicy.INTERLEAVE, ranks).ranks());
        assertEquals(policies(Mempolicy.MPOL_BIND, nodes(2, 3), nodes(2, 3)),
                new NodeChooser(nodes, DEFAULT, CpuSet.of(2, 3)).choose(NodePolicy.NEAREST, ranks).ranks());
    }

    @Test
    void coresWithoutMemoryGoToTheirNeighbour() throws IOException {
        MemoryNodes nodes = machine(new String[] {"0-1", "-2-3", "4-5"}, new int[] {10, 15, 30}, new int[] {15, 10, 12},
                new int[] {30, 12, 10});
        assertEquals(policies(Mempolicy.MPOL_INTERLEAVE, nodes(2), nodes(0, 2)), new NodeChooser(nodes, DEFAULT, NOT_NAMED)
                .choose(NodePolicy.INTERLEAVE, ranks(CpuSet.range(2, 3), CpuSet.range(0, 3))).ranks());
    }
}
