package org.outrigger.lab.arms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class StageTest {

    private static String output(Stage stage, String script) throws IOException {
        try (Kept kept = Kept.start(stage.builder(List.of(), List.of("sh", "-c", script)).redirectErrorStream(true))) {
            return new String(kept.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String allowed(int[] cpus) {
        return Tuning.parse(Ground.list(cpus)).toString();
    }

    private static String seen(Stage stage) throws IOException {
        String list = output(stage, "sed -n 's/^Cpus_allowed_list:[[:blank:]]*//p' /proc/self/status");
        return Tuning.parse(list.strip()).toString();
    }

    @Test
    void cpusOfTheArms() throws IOException, ArmFailedException {
        Ground ground = Workshop.ground();
        try (Stage stage = Stage.prepare(new Arm(ArmKind.LINUX, "linux"), ground)) {
            assertEquals(allowed(ground.allowed()), seen(stage));
            assertEquals(List.of(), stage.changes());
        }
        for (ArmKind kind : List.of(ArmKind.NATIVE, ArmKind.LINUX_CGROUP, ArmKind.LINUX_TUNED)) {
            try (Stage stage = Stage.prepare(new Arm(kind, kind.key()), ground)) {
                assertEquals(allowed(ground.lwkCores()), seen(stage), kind.key());
            }
        }
    }

    /** The group is there while it is wanted, or the report says why not; afterwards it is gone. */
    @Test
    void aGroupOfItsOwn() throws IOException, ArmFailedException {
        String group;
        try (Stage stage = Stage.prepare(new Arm(ArmKind.LINUX_CGROUP, "linux+cgroup"), Workshop.ground())) {
            if (!stage.notes().isEmpty()) {
                assertTrue(stage.notes().get(0).contains("bound by affinity alone"), stage.notes().get(0));
                System.err.println("SKIPPED: no control group: " + stage.notes());
                return;
            }
            group = stage.changes().get(0).replaceFirst(".*, ", "");
            assertTrue(output(stage, "cat /proc/self/cgroup").contains("/" + Path.of(group).getFileName() + "\n"), group);
        }
        assertFalse(Files.exists(Path.of(group)));
    }

    /** Whether a partition can be had is known when the launcher has tried, and then it is told once. */
    @Test
    void whatTheLauncherCouldNotDo() throws IOException, ArmFailedException {
        String said = "outrigger: CPU 1 is not set apart: no privilege\nthe program's own words\n";
        // Nothing was started, so there is nothing to close: that would ask the launcher for partitions that are left.
        Stage isolated = Stage.prepare(new Arm(ArmKind.LWK_ISOLATED, "lwk+isolated"), Workshop.ground());
        isolated.heard(said);
        isolated.heard(said);
        assertEquals(List.of("CPU 1 is not set apart: no privilege"), isolated.notes());
        Stage plain = Stage.prepare(new Arm(ArmKind.LINUX, "linux"), Workshop.ground());
        plain.heard(said);
        assertEquals(List.of(), plain.notes(), "a program may write what it likes");
    }

    /** Everything that the tuned arm changes is as it was. */
    @Test
    void theTunedMachineIsPutBack() throws IOException, ArmFailedException {
        String before = state();
        try (Stage stage = Stage.prepare(new Arm(ArmKind.LINUX_TUNED, "linux+tuned"), Workshop.ground())) {
            boolean realTime = stage.changes().stream().anyMatch(change -> change.contains("SCHED_FIFO"));
            assertEquals(realTime ? 1 : 0, stage.notes().stream().anyMatch(note -> note.contains("SCHED_FIFO")) ? 0 : 1);
            // Field 41 of proc(5)'s stat: 0 ordinary, 1 SCHED_FIFO.
            assertEquals(realTime ? "1" : "0", output(stage, "cut -d' ' -f41 /proc/self/stat").strip());
        }
        assertEquals(before, state());
    }

    private static String state() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String file : List.of("/proc/sys/kernel/sched_rt_runtime_us", "/sys/devices/virtual/workqueue/cpumask")) {
            text.append(Files.exists(Path.of(file)) ? Files.readString(Path.of(file)) : "none\n");
        }
        try (var interrupts = Files.newDirectoryStream(Path.of("/proc/irq"), "[0-9]*")) {
            for (Path interrupt : interrupts) {
                Path list = interrupt.resolve("smp_affinity_list");
                text.append(interrupt.getFileName()).append(' ').append(Files.exists(list) ? Files.readString(list) : "none\n");
            }
        }
        return text.toString();
    }
}
