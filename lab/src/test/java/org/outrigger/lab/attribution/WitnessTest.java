package org.outrigger.lab.attribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read from and written to the kernel's files. */
class WitnessTest {
    private static final int BOUND_MS = 200;

    @TempDir
    private Path folder;

    private void proc(int timer, int rcu, int steal) throws IOException {
        Files.writeString(folder.resolve("interrupts"), """
                           CPU0       CPU2
                  4:         11         0   IO-APIC   4-edge      ttyS0
                LOC:        100        %d   Local timer interrupts
                ERR:          0
                """.formatted(timer));
        Files.writeString(folder.resolve("softirqs"), """
                                    CPU0       CPU2
                         RCU:        5          %d
                """.formatted(rcu));
        Files.writeString(folder.resolve("stat"), """
                cpu  1 2 3 4 5 6 7 99 0 0
                cpu0 1 2 3 4 5 6 7 90 0 0
                cpu2 1 2 3 4 5 6 7 %d 0 0
                """.formatted(steal));
    }

    @Test
    void withoutATraceOnlyCounters() throws IOException {
        proc(1000, 7, 3);
        try (Witness witness = Witness.of(folder.resolve("none"), folder, new int[] {2})) {
            witness.start();
            proc(1250, 8, 5);
            witness.stop();
            Attribution found = witness.explain(List.of(new Detour(2, 0, 3000)), "x", 3, 1);
            assertEquals("counters", found.method());
            assertEquals(1, found.detours());
            assertEquals(1000, found.nanoseconds());
            assertEquals(2e7, found.stolen());
            assertEquals(List.of(new Attribution.Counter("interrupt", "LOC Local timer interrupts", 250),
                    new Attribution.Counter("softirq", "RCU", 1)), found.counters());
            assertTrue(found.shares().isEmpty());
            assertEquals(1, found.notes().size());
        }
    }

    @Test
    void instancesOfTheDeadAreRemoved() throws IOException {
        Files.createDirectory(folder.resolve("outrigger-" + ProcessHandle.current().pid()));
        Files.createDirectory(folder.resolve("outrigger-4194400"));
        Files.createDirectory(folder.resolve("outrigger-x"));
        Files.createDirectory(folder.resolve("mine"));
        KernelTrace.reconcile(folder);
        assertFalse(Files.exists(folder.resolve("outrigger-4194400")));
        assertEquals(3, folder.toFile().list().length);
    }

    @Test
    void aRealTraceNamesWhoRan() throws IOException, InterruptedException {
        assumeTrue(Files.isWritable(KernelTrace.TRACEFS.resolve("instances")), "tracefs is not there, or not writable");
        String status = Files.readString(Path.of("/proc/self/status"));
        int cpu = Integer.parseInt(status.replaceAll("(?s).*Cpus_allowed_list:\\s+(\\d+).*", "$1"));
        try (Witness witness = Witness.of(new int[] {cpu})) {
            witness.start();
            Process hog = new ProcessBuilder("taskset", "-c", Integer.toString(cpu), "sh", "-c", "while :; do :; done").start();
            Thread.sleep(BOUND_MS);
            hog.destroyForcibly().waitFor();
            witness.stop();
            // As if a measured thread that never ran had lost all of the time.
            Attribution found = witness.explain(List.of(new Detour(cpu, 0, Long.MAX_VALUE / 2)), "nobody", 1, 1);
            assertEquals("trace", found.method());
            assertTrue(found.shares().stream().anyMatch(share -> share.culprit().kind() == Culprit.Kind.USER_TASK
                    && share.culprit().name().equals("sh")), () -> found.shares().toString());
            assertFalse(found.counters().isEmpty());
        }
        assertFalse(Files.exists(KernelTrace.TRACEFS.resolve("instances/outrigger-" + ProcessHandle.current().pid())));
    }
}
