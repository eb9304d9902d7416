package org.outrigger.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryNodesTest {
    private static final long MIB = 1 << 20;

    @TempDir
    private Path root;

    @Test
    void readsOneNode() throws IOException {
        MemoryNodes nodes = new SyntheticNodes(root).node(0, 4096, "0-7", "10").pool(0, 1048576, 2, 1).pool(0, 2048, 100, 60)
                .read();
        MemoryNode node = nodes.node(0).orElseThrow();
        assertEquals(4096 * MIB, node.totalBytes());
        assertEquals(2048 * MIB, node.freeBytes());
        assertEquals("0-7", node.cpus().toString());
        assertEquals(new MemoryNode.Pool(2 * MIB, 100, 60), node.pool(2 * MIB));
        assertEquals(new MemoryNode.Pool(1024 * MIB, 2, 1), node.pool(1024 * MIB));
        assertEquals(new MemoryNode.Pool(2 * MIB, 100, 60), node.pools().get(0), "smallest first");
        assertEquals(0, node.pool(64 << 10).total());
        assertEquals("0", nodes.usable().toString());
        assertEquals("0", nodes.nearest(CpuSet.of(5), nodes.usable()).toString());
        assertFalse(nodes.node(1).isPresent());
    }

    /** Two sockets, each split in two, with high-bandwidth memory beside each half, as Xeon Max has it in flat mode. */
    private MemoryNodes eight() throws IOException {
        SyntheticNodes machine = new SyntheticNodes(root);
        int[][] distances = {
            {10, 12, 21, 21, 13, 23, 23, 23}, {12, 10, 21, 21, 23, 13, 23, 23},
            {21, 21, 10, 12, 23, 23, 13, 23}, {21, 21, 12, 10, 23, 23, 23, 13},
            {13, 23, 23, 23, 10, 23, 23, 23}, {23, 13, 23, 23, 23, 10, 23, 23},
            {23, 23, 13, 23, 23, 23, 10, 23}, {23, 23, 23, 13, 23, 23, 23, 10},
        };
        for (int node = 0; node < 8; node++) {
            StringBuilder row = new StringBuilder();
            for (int distance : distances[node]) {
                row.append(distance).append(' ');
            }
            machine.node(node, node < 4 ? 64 : 16, node < 4 ? node * 4 + "-" + (node * 4 + 3) : "", row.toString().strip());
        }
        return machine.read();
    }

    @Test
    void ordersNodesByDistance() throws IOException {
        MemoryNodes nodes = eight();
        assertEquals("0-7", nodes.usable().toString());
        assertArrayEquals(new int[] {1, 0, 5, 2, 3, 4, 6, 7}, nodes.byDistance(CpuSet.range(4, 7), nodes.usable()));
        assertArrayEquals(new int[] {0, 2, 1, 3, 4, 6, 5, 7}, nodes.byDistance(CpuSet.of(0, 8), nodes.usable()));
        assertEquals("1", nodes.nearest(CpuSet.of(4), nodes.usable()).toString(), "a CPU's own is the nearest");
        assertEquals("0-1", nodes.nearest(CpuSet.range(3, 4), nodes.usable()).toString());
        assertEquals("5", nodes.nearest(CpuSet.of(4), CpuSet.range(4, 7)).toString(), "the one beside it");
        assertEquals(13, nodes.distance(CpuSet.range(0, 15), 6));
        assertEquals(23, nodes.distance(CpuSet.of(0), 6));
    }

    @Test
    void oneNodeNearestToManyCpus() throws IOException {
        MemoryNodes nodes = eight();
        assertEquals(1, nodes.nearest(CpuSet.range(3, 7)).orElseThrow(), "of most of them");
        assertEquals(0, nodes.nearest(CpuSet.range(3, 4)).orElseThrow(), "the first among equals");
        assertEquals(2, nodes.nearest(CpuSet.of(0, 8, 9)).orElseThrow());
        assertEquals(2, new SyntheticNodes(root.resolve("none")).node(0, 0, "0-1", "10 20 15").node(1, 64, "2-3", "20 10 20")
                .node(2, 64, "", "15 20 10").read().nearest(CpuSet.of(0)).orElseThrow(), "its own has no memory");
        assertTrue(new SyntheticNodes(root.resolve("barred")).node(0, 64, "0-1", "10").allowed("1").read()
                .nearest(CpuSet.of(0)).isEmpty());
    }

    @Test
    void aNodeWithoutMemoryHasNeighbours() throws IOException {
        MemoryNodes nodes = new SyntheticNodes(root).node(0, 64, "0-1", "10 20 15").node(1, 0, "2-3", "20 10 15")
                .node(4, 64, "4-5", "15 15 10").read();
        assertEquals("0,4", nodes.usable().toString());
        assertEquals("4", nodes.nearest(CpuSet.range(2, 3), nodes.usable()).toString());
        assertArrayEquals(new int[] {4, 0}, nodes.byDistance(CpuSet.of(2), nodes.usable()));
        assertEquals(0, nodes.node(1).orElseThrow().totalBytes());
    }

    @Test
    void equallyNearNodesAreAllNearest() throws IOException {
        MemoryNodes nodes = new SyntheticNodes(root).node(0, 64, "", "10 20 20").node(1, 64, "", "20 10 20")
                .node(2, 0, "0-3", "20 20 10").read();
        assertEquals("0-1", nodes.nearest(CpuSet.of(1), nodes.usable()).toString());
    }

    @Test
    void keepsWithinTheCpuset() throws IOException {
        MemoryNodes nodes = new SyntheticNodes(root).node(0, 64, "0-1", "10 20").node(1, 64, "2-3", "20 10").allowed("1").read();
        assertEquals("1", nodes.usable().toString());
        assertEquals("1", nodes.nearest(CpuSet.of(0), nodes.usable()).toString());
    }

    @Test
    void aKernelWithoutNodesIsOneNode() throws IOException {
        SyntheticNodes machine = new SyntheticNodes(root);
        machine.write("proc/meminfo", "MemTotal:  2048 kB\nMemFree:  1024 kB\n");
        machine.write("sys/devices/system/cpu/online", "0-3\n");
        MemoryNodes nodes = machine.read();
        assertEquals(2 * MIB, nodes.node(0).orElseThrow().totalBytes());
        assertEquals("0-3", nodes.node(0).orElseThrow().cpus().toString());
        assertEquals("0", nodes.usable().toString());
    }

    @Test
    void refusesNonsense() throws IOException {
        SyntheticNodes machine = new SyntheticNodes(root).node(0, 64, "0-1", "10");
        machine.write("sys/devices/system/node/node0/meminfo", "Node 0 MemTotal: lots kB\n");
        String message = assertThrows(IOException.class, machine::read).getMessage();
        assertTrue(message.contains("node0/meminfo: 'lots' is not a number"), message);
        machine.write("sys/devices/system/node/node0/meminfo", "Node 0 MemTotal: 7 kB\n");
        assertTrue(assertThrows(IOException.class, machine::read).getMessage().endsWith("has no line MemFree:"));
    }

    @Test
    void seesThisMachine() throws IOException {
        MemoryNodes here = MemoryNodes.read(Path.of("/sys"), Path.of("/proc/self/status"));
        assertFalse(here.usable().isEmpty());
        assertTrue(here.nodes().stream().mapToLong(MemoryNode::totalBytes).sum() > 64 * MIB);
    }
}
