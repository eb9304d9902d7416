package org.outrigger.node.partition;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.node.CpuSet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The interrupts of the machine that the tests run on. */
class RealInterruptsTest {
    private final NodeFiles files = new SystemFiles();
    private final Interrupts interrupts = new Interrupts(files);
    @TempDir
    private Path folder;

    private static void needs(boolean condition, String reason) {
        if (!condition) {
            System.err.println("SKIPPED: " + reason);
        }
        Assumptions.assumeTrue(condition, reason);
    }

    private static boolean root() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** Every line of {@code /proc/interrupts} with a number is in the inventory, with the handlers that end the line. */
    @Test
    void theInventoryAgreesWithTheCounts() {
        List<String> lines = files.read("/proc/interrupts").orElse("").lines().map(String::strip)
                .filter(line -> line.matches("[0-9]+:.*")).toList();
        needs(!lines.isEmpty(), "this machine shows no interrupts of devices");
        Map<Integer, Interrupt> all = new TreeMap<>();
        interrupts.all().forEach(interrupt -> all.put(interrupt.number(), interrupt));
        for (String line : lines) {
            Interrupt interrupt = all.get(Integer.parseInt(line.substring(0, line.indexOf(':'))));
            needs(interrupt != null, "/proc/irq is hidden");
            assertTrue(line.endsWith(String.join(", ", interrupt.actions())), () -> line + " but " + interrupt);
        }
    }

    @Test
    void managedInterruptsRefuseEvenWhatTheyHave() {
        List<Interrupt> managed = interrupts.all().stream().filter(Interrupt::managed).toList();
        needs(root() && !managed.isEmpty(), "no interrupt is managed, or this is not root");
        for (Interrupt interrupt : managed) {
            assertThrows(IOException.class, () -> files.write("/proc/irq/" + interrupt.number() + "/smp_affinity_list",
                    interrupt.affinity().toString()), interrupt::toString);
        }
    }

    /** One device's interrupts leave a core, those of others do not, and all is as before at the end. */
    @Test
    void oneDeviceLeavesACore() throws Exception {
        CpuSet online = files.read("/sys/devices/system/cpu/online").flatMap(World::cpus).orElse(CpuSet.EMPTY);
        needs(root() && online.size() > 1, "a partition takes root and a second CPU");
        CpuSet core = CpuSet.of(online.toArray()[online.size() - 1]);
        Optional<Interrupt> one = interrupts.all().stream().filter(interrupt -> !interrupt.managed()
                && !interrupt.devices().isEmpty() && interrupt.affinity().containsAll(core)
                && interrupt.affinity().size() > 1).findFirst();
        needs(one.isPresent(), "no device has an interrupt that could leave CPU " + core);
        String device = one.get().devices().getFirst();
        List<String> before = affinities();
        Partition partition = new Partition("irqtest", core, CpuSet.EMPTY, List.of(), Feature.parse("kthreads=on"), false, device,
                List.of(), Optional.empty());
        Partitions partitions = new Partitions(files, new StateFolder(folder));
        try {
            partitions.create(partition);
        } catch (PartitionException refused) {
            needs(false, refused.getMessage());
        }
        try {
            for (Interrupt interrupt : interrupts.all()) {
                boolean leaves = interrupts.named(device).contains(interrupt.number()) && !interrupt.managed();
                String was = before.get(interrupts.numbers().indexOf(interrupt.number()));
                assertEquals(leaves ? World.cpus(was).orElseThrow().minus(core).toString() : was, interrupt.affinity().toString(),
                        interrupt::toString);
            }
        } finally {
            assertEquals(List.of(), partitions.destroy("irqtest").notes());
        }
        assertEquals(before, affinities());
    }

    private List<String> affinities() {
        List<String> all = new ArrayList<>();
        for (int number : interrupts.numbers()) {
            all.add(files.read("/proc/irq/" + number + "/smp_affinity_list").orElse(""));
        }
        return all;
    }
}
