package org.outrigger.lab.arms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tuning of a machine that is a folder: what is changed, what is put back. */
class TuningTest {
    @TempDir
    private Path root;
    private final List<String> changes = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    @BeforeEach
    void machine() throws IOException {
        file("proc/irq/9/smp_affinity_list", "0-3\n");
        file("proc/irq/24/smp_affinity_list", "2\n");
        file("proc/irq/25/smp_affinity_list", "0-1\n");
        file("proc/irq/default_smp_affinity", "f\n");
        file("proc/sys/kernel/sched_rt_runtime_us", "950000\n");
        file("sys/devices/virtual/workqueue/cpumask", "f\n");
        file("sys/kernel/debug/sched/fair_server/cpu2/runtime", "50000000\n");
        file("sys/kernel/debug/sched/fair_server/cpu1/runtime", "50000000\n");
    }

    private void file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private String text(String name) throws IOException {
        return Files.readString(root.resolve(name)).strip();
    }

    @Test
    void movesAndPutsBack() throws IOException {
        try (Journal journal = Journal.open(Workshop.ground())) {
            Tuning tuning = new Tuning(root, journal, changes, notes);
            tuning.moveOthers(new int[] {2, 3}, new int[] {0, 1});
            tuning.unthrottle(new int[] {2});
            assertEquals("0,1", text("proc/irq/9/smp_affinity_list"));
            assertEquals("0,1", text("proc/irq/24/smp_affinity_list"));
            assertEquals("0-1", text("proc/irq/25/smp_affinity_list"), "it was elsewhere anyhow");
            assertEquals("3", text("sys/devices/virtual/workqueue/cpumask"));
            assertEquals("-1", text("proc/sys/kernel/sched_rt_runtime_us"));
            assertEquals("0", text("sys/kernel/debug/sched/fair_server/cpu2/runtime"));
            assertEquals("50000000", text("sys/kernel/debug/sched/fair_server/cpu1/runtime"));
        }
        assertEquals("0-3", text("proc/irq/9/smp_affinity_list"));
        assertEquals("2", text("proc/irq/24/smp_affinity_list"));
        assertEquals("f", text("sys/devices/virtual/workqueue/cpumask"));
        assertEquals("950000", text("proc/sys/kernel/sched_rt_runtime_us"));
        assertEquals("50000000", text("sys/kernel/debug/sched/fair_server/cpu2/runtime"));
        assertEquals(List.of("interrupts 9,24 on CPU 0,1", "unbound work queues on CPU 0,1",
                "real time without throttling (sched_rt_runtime_us was 950000)",
                "no time set aside for ordinary threads (fair_server)"), changes);
        assertEquals(List.of(), notes);
    }

    /** What a container hides or forbids is told, and the rest is done. */
    @Test
    void whatCannotBeDoneIsNoted() throws IOException {
        Files.delete(root.resolve("sys/devices/virtual/workqueue/cpumask"));
        Files.delete(root.resolve("proc/irq/24/smp_affinity_list"));
        Files.createDirectory(root.resolve("proc/irq/24/smp_affinity_list"));
        Files.delete(root.resolve("proc/sys/kernel/sched_rt_runtime_us"));
        try (Journal journal = Journal.open(Workshop.ground())) {
            Tuning tuning = new Tuning(root, journal, changes, notes);
            tuning.moveOthers(new int[] {2}, new int[] {0});
            tuning.unthrottle(new int[] {2, 3});
        }
        assertEquals("0-3", text("proc/irq/9/smp_affinity_list"));
        assertTrue(notes.get(0).startsWith("unbound work queues stay where they are"), notes::toString);
        assertTrue(notes.get(1).startsWith("real time is throttled"), notes::toString);
        assertTrue(notes.get(2).startsWith("ordinary threads that wait on the same CPU keep"), notes::toString);
    }

    @Test
    void releasesWithServers() {
        assertTrue(Tuning.hasServers("6.12.0-1-amd64"));
        assertTrue(Tuning.hasServers("7.1"));
        assertFalse(Tuning.hasServers("6.1.0-28-amd64"));
        assertFalse(Tuning.hasServers("unknown"));
    }

    @Test
    void masksAsTheKernelWritesThem() {
        assertEquals("1", Ground.mask(new int[] {0}));
        assertEquals("13", Ground.mask(new int[] {0, 1, 4}));
        assertEquals("1,00000000", Ground.mask(new int[] {32}));
        assertEquals("80000000", Ground.mask(new int[] {31}));
        assertEquals("10,00000000,00000001", Ground.mask(new int[] {0, 68}));
        assertEquals("{0, 1, 2, 5}", Tuning.parse("0-2,5").toString());
    }
}
