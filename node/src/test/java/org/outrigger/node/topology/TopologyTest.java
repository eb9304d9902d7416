package org.outrigger.node.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.node.CpuSet;

/** Topologies as sysfs tells them, and what is asked about them. */
class TopologyTest {
    @TempDir
    private Path root;

    private static String shown(Topology topology, ObjectKind kind) {
        return topology.objects(kind).stream().map(object -> object.physical() + "=" + object.cpus())
                .collect(Collectors.joining(" "));
    }

    private Topology read(SyntheticMachine machine) throws IOException {
        return SysfsTopology.read(machine.write(root));
    }

    @Test
    void twoCoresOfOnePackage() throws IOException {
        Topology topology = read(SyntheticMachine.regular(1, 1, 2, 1, false, false, false));
        assertEquals("sysfs", topology.source());
        assertTrue(topology.note().isEmpty());
        assertEquals("0=0-1", shown(topology, ObjectKind.MACHINE));
        assertEquals("0=0-1", shown(topology, ObjectKind.PACKAGE));
        assertEquals("0=0-1", shown(topology, ObjectKind.NUMANODE));
        assertEquals("0=0 1=1", shown(topology, ObjectKind.CORE));
        assertEquals("0=0 1=1", shown(topology, ObjectKind.PU));
        assertEquals("", shown(topology, ObjectKind.DIE), "a package of one die");
    }

    @Test
    void hardwareThreadsNumberedFarApart() throws IOException {
        Topology topology = read(SyntheticMachine.regular(2, 4, 16, 2, false, false, false));
        assertEquals(8, topology.objects(ObjectKind.NUMANODE).size());
        assertEquals(128, topology.objects(ObjectKind.CORE).size());
        assertEquals(256, topology.objects(ObjectKind.PU).size());
        assertEquals("0=0-63,128-191 1=64-127,192-255", shown(topology, ObjectKind.PACKAGE));
        assertEquals(CpuSet.of(0, 128), topology.objects(ObjectKind.CORE).get(0).cpus());
        assertEquals(List.of(0, 128, 1, 129),
                topology.objects(ObjectKind.PU).subList(0, 4).stream().map(TopologyObject::physical).toList());
        assertEquals(CpuSet.of(5, 133), topology.siblings(133));
    }

    @Test
    void hardwareThreadsSideBySide() throws IOException {
        Topology topology = read(SyntheticMachine.regular(2, 1, 2, 2, true, false, false));
        assertEquals("0=0-1 1=2-3 0=4-5 1=6-7", shown(topology, ObjectKind.CORE));
        assertEquals("core:2", topology.of(ObjectKind.CORE, 5).orElseThrow().toString());
        assertEquals(1, topology.of(ObjectKind.NUMANODE, 5).orElseThrow().physical());
        assertTrue(topology.of(ObjectKind.CORE, 8).isEmpty());
    }

    @Test
    void coresSpreadOverPackagesWithHolesInTheirNumbers() throws IOException {
        Topology topology = read(SyntheticMachine.regular(2, 1, 4, 1, false, true, true));
        assertEquals("0=0 1=2 2=4 8=6 0=1 1=3 2=5 8=7", shown(topology, ObjectKind.CORE));
        assertEquals("0=0,2,4,6 1=1,3,5,7", shown(topology, ObjectKind.PACKAGE));
        assertEquals("0=0 2=2 4=4 6=6 1=1 3=3 5=5 7=7", shown(topology, ObjectKind.PU));
    }

    @Test
    void aSharedCacheKeepsItsCoresTogether() throws IOException {
        SyntheticMachine machine = new SyntheticMachine();
        for (int cpu = 0; cpu < 4; cpu++) {
            machine.cpu(cpu, 0, 0, cpu, 0, cpu % 2);
        }
        Topology topology = read(machine);
        assertEquals("0=0,2 1=1,3", shown(topology, ObjectKind.L3));
        assertEquals("0=0 2=2 1=1 3=3", shown(topology, ObjectKind.CORE));
    }

    @Test
    void dies() throws IOException {
        SyntheticMachine machine = new SyntheticMachine();
        for (int cpu = 0; cpu < 8; cpu++) {
            machine.cpu(cpu, cpu / 4, cpu < 4 ? cpu % 2 : 0, cpu, cpu / 4, -1);
        }
        assertEquals("0=0,2 1=1,3", shown(read(machine), ObjectKind.DIE), "of the package that has two");
    }

    @Test
    void whatIsOffLineIsNotThere() throws IOException {
        Topology topology = read(SyntheticMachine.regular(1, 1, 3, 2, false, false, false).offline(1, 2, 5));
        assertEquals(CpuSet.of(0, 3, 4), topology.cpus());
        assertEquals("0=0,3 1=4", shown(topology, ObjectKind.CORE));
        assertEquals(CpuSet.of(4), topology.siblings(4));
    }

    @Test
    void memoryAlone() throws IOException {
        Topology topology = read(
                SyntheticMachine.regular(2, 1, 2, 1, false, false, false).memory(2).memory(3, 1).memory(4, 0, 1));
        assertEquals("0=0-1 1=2-3 3=2-3 4=0-3 2=", shown(topology, ObjectKind.NUMANODE));
        assertEquals(0, topology.of(ObjectKind.NUMANODE, 0).orElseThrow().physical());
        assertEquals(1, topology.of(ObjectKind.NUMANODE, 3).orElseThrow().physical());
    }

    @Test
    void aKernelThatTellsNothing() throws IOException {
        Files.createDirectories(root.resolve("sys/devices/system/cpu"));
        Files.writeString(root.resolve("sys/devices/system/cpu/online"), "0-3\n");
        Topology topology = SysfsTopology.read(root.resolve("sys"));
        assertEquals("", shown(topology, ObjectKind.PACKAGE));
        assertEquals("", shown(topology, ObjectKind.CORE));
        assertEquals("0=0-3", shown(topology, ObjectKind.NUMANODE));
        assertEquals(CpuSet.of(2), topology.siblings(2));
        assertEquals(CpuSet.of(1, 2), topology.wholeCores(CpuSet.of(1, 2)));
    }

    @Test
    void brokenFilesAreToldOf() throws IOException {
        Path sys = SyntheticMachine.regular(1, 1, 2, 1, false, false, false).write(root);
        Files.writeString(sys.resolve("devices/system/cpu/cpu1/topology/core_id"), "one\n");
        assertTrue(assertThrows(IOException.class, () -> SysfsTopology.read(sys)).getMessage()
                .contains("core_id: 'one' is not a number"));
        Files.delete(sys.resolve("devices/system/cpu/online"));
        assertThrows(IOException.class, () -> SysfsTopology.read(sys));
    }

    @Test
    void wholeAndSplitCores() throws IOException {
        Topology topology = read(SyntheticMachine.regular(2, 1, 4, 2, false, false, false));
        assertEquals(CpuSet.of(1, 9, 6, 14), topology.wholeCores(CpuSet.of(1, 14)));
        assertEquals(CpuSet.of(1, 9), topology.wholeCores(CpuSet.of(1, 9)));
        assertEquals(CpuSet.EMPTY, topology.wholeCores(CpuSet.EMPTY));
        assertEquals("[core:1, core:6]", topology.splitCores(CpuSet.of(1, 2, 10, 14)).toString());
        assertEquals(List.of(), topology.splitCores(topology.cpus()));
        assertEquals(List.of(), topology.splitCores(CpuSet.EMPTY));
    }

    @Test
    void kindsGoByBeginningsOfTheirNames() {
        for (String name : List.of("core", "co", "CORE", "Core")) {
            assertEquals(ObjectKind.CORE, ObjectKind.named(name).orElseThrow());
        }
        for (String name : List.of("numanode", "NUMANode", "numa", "node", "no", "nu")) {
            assertEquals(ObjectKind.NUMANODE, ObjectKind.named(name).orElseThrow());
        }
        for (String name : List.of("package", "pack", "pa", "socket", "so")) {
            assertEquals(ObjectKind.PACKAGE, ObjectKind.named(name).orElseThrow());
        }
        for (String name : List.of("", "c", "p", "n", "l", "cores", "l4", "thread")) {
            assertTrue(ObjectKind.named(name).isEmpty(), name);
        }
        for (ObjectKind kind : ObjectKind.values()) {
            assertEquals(kind, ObjectKind.named(kind.key()).orElseThrow());
        }
    }
}
