package org.outrigger.node.partition;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.node.CpuSet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Which interrupts leave the cores of partitions, and which go to their Linux cores. */
class InterruptsTest {
    private static final CpuSet CORES = CpuSet.range(4, 7);
    @TempDir
    private Path folder;

    /** Interrupt 16 of a card with an interface on virtio, 17 of a disk behind a controller, 18 by its handler, 19 of nobody. */
    private static FakeNode node() {
        FakeNode node = FakeNode.two(8, 2);
        node.file("/sys/class/net/eth0/device/uevent", "").file("/sys/class/net/eth0/device/../uevent", "")
                .file("/sys/class/net/eth0/device/../config", "").file("/sys/class/net/eth0/device/../msi_irqs/16", "msix");
        node.file("/sys/bus/virtio/devices/virtio2/uevent", "").file("/sys/bus/virtio/devices/virtio2/../uevent", "")
                .file("/sys/bus/virtio/devices/virtio2/../config", "").file("/sys/bus/virtio/devices/virtio2/../msi_irqs/16", "");
        String disk = "/sys/block/sda/device";
        node.file(disk + "/uevent", "").file(disk + "/../uevent", "").file(disk + "/../../../uevent", "")
                .file(disk + "/../../../config", "").file(disk + "/../../../irq", "17");
        // A device without interrupts under a bridge with some.
        node.file("/sys/bus/pci/devices/0000:00:09.0/uevent", "").file("/sys/bus/pci/devices/0000:00:09.0/config", "")
                .file("/sys/bus/pci/devices/0000:00:09.0/irq", "0").file("/sys/bus/pci/devices/0000:00:09.0/../uevent", "")
                .file("/sys/bus/pci/devices/0000:00:09.0/../irq", "19");
        node.file("/sys/kernel/irq/16/actions", "virtio2-input.0").file("/sys/kernel/irq/17/actions", "ahci,ehci_hcd:usb1")
                .file("/sys/kernel/irq/18/actions", "ttyS0").file("/sys/kernel/irq/19/actions", "")
                .file("/sys/kernel/irq/18/chip_name", "IO-APIC").file("/sys/kernel/irq/18/type", "edge")
                .file("/proc/irq/18/effective_affinity_list", "3");
        node.file("/sys/devices/system/node/online", "0-1").file("/sys/devices/system/node/node0/distance", "10 21")
                .file("/sys/devices/system/node/node1/distance", "21 10");
        return node;
    }

    private static Partition partition(String name, CpuSet cores, CpuSet linux, String interrupts, String... devices) {
        return new Partition(name, cores, linux, List.of(), Map.of(), false, interrupts, List.of(devices), Optional.empty());
    }

    private static String where(FakeNode node, int number) {
        return node.read("/proc/irq/" + number + "/smp_affinity_list").orElseThrow();
    }

    @Test
    void namesAreFoundInSysfsAndAmongHandlers() {
        Interrupts interrupts = new Interrupts(node());
        assertEquals(Set.of(16), interrupts.named("eth0"));
        assertEquals(Set.of(16), interrupts.named("virtio2"));
        assertEquals(Set.of(17), interrupts.named("sda"));
        assertEquals(Set.of(17), interrupts.named("ehci_hcd"));
        assertEquals(Set.of(17), interrupts.named("ehci_hcd:usb1"));
        assertEquals(Set.of(18), interrupts.named("ttyS0"));
        assertEquals(Set.of(17, 18), interrupts.named("17-18"));
        for (String none : List.of("0000:00:09.0", "ttyS", "eth", "", "..", "20", "../eth0")) {
            assertEquals(Set.of(), interrupts.named(none), none);
        }
        assertEquals(List.of("eth0", "sda", "virtio2", "ttyS0"), interrupts.words());
    }

    @Test
    void theInventoryHasAllThatIsKnown() {
        FakeNode node = node();
        node.file("/sys/kernel/debug/irq/irqs/17", "handler: handle_edge_irq\n IRQD_AFFINITY_MANAGED\n");
        List<Interrupt> all = new Interrupts(node).all();
        assertEquals(List.of(16, 17, 18, 19), all.stream().map(Interrupt::number).toList());
        assertEquals(new Interrupt(18, List.of("ttyS0"), List.of(), "IO-APIC", "edge", CpuSet.range(0, 7), CpuSet.of(3), false),
                all.get(2));
        assertEquals(List.of("eth0", "virtio2"), all.getFirst().devices());
        assertEquals("17 (ahci, ehci_hcd:usb1)", all.get(1).toString());
        assertTrue(all.get(1).managed());
        assertEquals("19", all.get(3).toString());
    }

    @Test
    void oldKernelsTellOfHandlersInTheCountsOnly() {
        FakeNode node = FakeNode.one(2, 1);
        node.file("/proc/interrupts", "      CPU0  CPU1\n 16:   12   0   IO-APIC  16-fasteoi   ehci_hcd:usb1, i801_smbus"
                + "\n 17:   1   2   PCI-MSI 512-edge   eth0-TxRx-0\nLOC:  1  2   Local timer interrupts");
        Interrupts interrupts = new Interrupts(node);
        assertEquals(List.of("ehci_hcd:usb1", "i801_smbus"), interrupts.all().getFirst().actions());
        assertEquals(Set.of(16), interrupts.named("i801_smbus"));
        assertEquals(Set.of(17), interrupts.named("eth0"));
    }

    @Test
    void allSomeOrNoneLeave() throws Exception {
        FakeNode node = node();
        String before = node.snapshot();
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        partitions.create(partition("some", CORES, CpuSet.EMPTY, "eth0,18"));
        assertEquals(List.of("0-3", "0-7", "0-3", "0-7"), List.of(where(node, 16), where(node, 17), where(node, 18), where(node,
                19)));
        assertEquals("ff", node.read("/proc/irq/default_smp_affinity").orElseThrow());
        partitions.create(partition("all", CpuSet.of(3), CpuSet.EMPTY, Partition.ALL));
        assertEquals(List.of("0-2", "0-2,4-7"), List.of(where(node, 16), where(node, 17)));
        assertEquals("f7", node.read("/proc/irq/default_smp_affinity").orElseThrow());
        partitions.destroy("some");
        assertEquals(List.of("0-2,4-7", "0-2,4-7"), List.of(where(node, 16), where(node, 17)));
        partitions.destroy("all");
        partitions.create(partition("none", CORES, CpuSet.EMPTY, Partition.NONE));
        assertEquals(List.of("0-7", "0-7"), List.of(where(node, 16), where(node, 18)));
        partitions.destroy("none");
        assertEquals(before, node.snapshot());
    }

    @Test
    void devicesStayOnTheLinuxCoresOfTheirPartition() throws Exception {
        FakeNode node = node().interrupt(17, CpuSet.of(1), true);
        String before = node.snapshot();
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        partitions.create(partition("named", CpuSet.of(4, 5), CpuSet.of(6), Partition.ALL, "eth0", "sda"));
        assertEquals(List.of("6", "6", "0-3,6-7"), List.of(where(node, 16), where(node, 17), where(node, 18)));
        partitions.resize("named", old -> old.with(old.cores(), CpuSet.of(0, 1), old.memory()));
        assertEquals(List.of("0-1", "1"), List.of(where(node, 16), where(node, 17)));
        partitions.destroy("named");
        // Nothing named: those that are left on its NUMA node, and on the other one where none is left.
        partitions.create(partition("near", CpuSet.of(4, 5), CpuSet.EMPTY, Partition.NONE, "virtio2"));
        assertEquals(List.of("6-7", "0-7"), List.of(where(node, 16), where(node, 18)));
        partitions.resize("near", old -> old.with(CORES, CpuSet.EMPTY, old.memory()));
        assertEquals("0-3", where(node, 16));
        partitions.destroy("near");
        assertEquals(before, node.snapshot());
    }

    @Test
    void unknownNamesAndDevicesOfOthersAreRefused() throws Exception {
        FakeNode node = node();
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        partitions.create(partition("first", CORES, CpuSet.EMPTY, Partition.ALL, "eth0"));
        String before = node.snapshot();
        refused(partitions, partition("bad", CpuSet.of(1), CpuSet.EMPTY, "all", "eth1"),
                "there is no interrupt of 'eth1'; there are those of eth0, sda, virtio2, ttyS0, and the numbers");
        refused(partitions, partition("bad", CpuSet.of(1), CpuSet.EMPTY, "eth0,20"), "there is no interrupt of '20'");
        refused(partitions, partition("bad", CpuSet.of(1), CpuSet.EMPTY, ""), "there is no interrupt of ''");
        refused(partitions, partition("bad", CpuSet.of(1), CpuSet.EMPTY, "all", "virtio2"),
                "interrupts of 'virtio2' are kept by partition 'first'");
        refused(partitions, new Partition("bad", CpuSet.of(1), CpuSet.EMPTY, List.of(), Map.of(Feature.IRQS, true), false, "18",
                List.of(), Optional.empty()), "the feature 'irqs' is on");
        assertEquals(before, node.snapshot());
    }

    static void refused(Partitions partitions, Partition partition, String why) {
        String message = assertThrows(PartitionException.class, () -> partitions.create(partition)).getMessage();
        assertTrue(message.contains(why), message);
        assertFalse(message.contains("\n"), message);
    }

    @Test
    void thoseThatRefuseAreToldByNumberAndName() throws Exception {
        // Number 18 goes to CPU 3 though it might go to a core.
        FakeNode node = node().refusing("/proc/irq/17/smp_affinity_list").refusing("/proc/irq/18/smp_affinity_list");
        String before = node.snapshot();
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        Partition quiet = partition("quiet", CORES, CpuSet.EMPTY, Partition.ALL);
        List<String> notes = partitions.create(quiet).notes();
        assertEquals(2, notes.size(), notes::toString);
        assertTrue(notes.getFirst().startsWith("interrupt 17 (ahci, ehci_hcd:usb1) to CPU 0-3: "), notes::toString);
        Unmovable stays = partitions.unmovable(quiet).stream().filter(what -> what.group().startsWith("interrupts that"))
                .findFirst()
                .orElseThrow();
        assertEquals(List.of("17 (ahci, ehci_hcd:usb1)"), stays.names());
        partitions.destroy("quiet");
        assertEquals(before, node.snapshot());
    }

    @Test
    void aDeviceThatIsUnpluggedHoldsNothingUp() throws Exception {
        FakeNode node = node();
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        partitions.create(partition("quiet", CORES, CpuSet.EMPTY, Partition.ALL, "ttyS0"));
        node.file("/sys/kernel/irq/18/actions", "");
        assertEquals(CpuSet.of(5), partitions.resize("quiet", old -> old.with(CpuSet.of(5), old.linuxCores(), old.memory()))
                .partition().cores());
        assertEquals("0-4,6-7", where(node, 18));
        refused(partitions, partition("more", CpuSet.of(1), CpuSet.EMPTY, Partition.ALL, "ttyS0"), "'ttyS0'");
    }

    /** A device's interrupt that its driver has fixed is not asked to move, and is told, though the others need not leave. */
    @Test
    void managedInterruptsAreNotAsked() throws Exception {
        FakeNode node = node();
        NodeFiles managed = new Managed(node, "/proc/irq/16/smp_affinity_list");
        String before = node.snapshot();
        Partitions partitions = new Partitions(managed, new StateFolder(folder));
        Partition quiet = partition("quiet", CORES, CpuSet.EMPTY, "17", "eth0");
        assertTrue(partitions.plan(quiet).stream().noneMatch(step -> step.place().startsWith("/proc/irq/16/")));
        assertEquals(List.of(), partitions.create(quiet).notes());
        assertEquals(List.of("0-7", "0-3", "0-7"), List.of(where(node, 16), where(node, 17), where(node, 18)));
        Unmovable stays = partitions.unmovable(quiet).stream().filter(what -> what.group().equals("interrupts")).findFirst()
                .orElseThrow();
        assertEquals(List.of("16 (virtio2-input.0)"), stays.names());
        partitions.destroy("quiet");
        assertEquals(before, node.snapshot());
    }

    /** A node with a file whose mode forbids writing. */
    private record Managed(FakeNode node, String file) implements NodeFiles {
        @Override
        public Optional<String> read(String path) {
            return node.read(path);
        }

        @Override
        public void write(String path, String value) throws IOException {
            node.write(path, value);
        }

        @Override
        public void makeFolder(String path) throws IOException {
            node.makeFolder(path);
        }

        @Override
        public void ordinary(int tid) {
            node.ordinary(tid);
        }

        @Override
        public void removeFolder(String path) throws IOException {
            node.removeFolder(path);
        }

        @Override
        public boolean writable(String path) {
            return node.writable(path);
        }

        @Override
        public boolean writeProtected(String path) {
            return path.equals(file);
        }

        @Override
        public boolean exists(String path) {
            return node.exists(path);
        }

        @Override
        public List<String> names(String path) {
            return node.names(path);
        }

        @Override
        public Optional<CpuSet> affinity(int tid) {
            return node.affinity(tid);
        }

        @Override
        public void bind(int tid, CpuSet cpus) throws IOException {
            node.bind(tid, cpus);
        }
    }
}
