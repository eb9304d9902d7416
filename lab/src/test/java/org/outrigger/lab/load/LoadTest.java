package org.outrigger.lab.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.arms.Workshop;

class LoadTest {

    @Test
    void listsAndCommands() {
        assertEquals(List.of("none", "cpu", "build"), Load.parse("none,cpu,build").stream().map(Load::label).toList());
        assertEquals(List.of(new Load(Load.Kind.COMMAND, "dd if=/dev/zero of=/dev/null,x", false)),
                Load.parse("dd if=/dev/zero of=/dev/null,x"));
        assertEquals(Load.Kind.COMMAND, Load.parse("./spin").get(0).kind());
        List<Load> both = Load.parse("cpu,cpu@all,none@all");
        assertEquals(List.of("cpu", "cpu@all", "none"), both.stream().map(Load::label).toList());
        assertEquals(both.get(1), both.get(0).everywhere());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cpu,", "spin", "command", " ", "CPU", "cpu@1"})
    void neither(String text) {
        assertThrows(IllegalArgumentException.class, () -> Load.parse(text));
    }

    private static Ground without(Ground ground) {
        return new Ground(ground.home(), Map.of("PATH", "/nowhere"), ground.allowed(), ground.lwkCores(), ground.linuxCores());
    }

    @ParameterizedTest
    @EnumSource(value = Load.Kind.class, names = {"CPU", "MEMORY", "IO", "FORK"})
    void worksWithoutStressNg(Load.Kind kind) throws IOException, ArmFailedException {
        Ground ground = without(Workshop.ground());
        try (RunningLoad load = RunningLoad.start(new Load(kind, "", false), ground, ground.linuxCores()).orElseThrow()) {
            assertTrue(load.what().endsWith("lab/target/outrigger-load " + kind.key() + " 1 FOLDER"), load.what());
            load.check();
        }
    }

    /** One worker for each CPU; afterwards no process and no file. */
    @Test
    void aBuildGoesOnUntilItIsClosed() throws IOException, ArmFailedException {
        Ground ground = Workshop.ground();
        try (RunningLoad load = RunningLoad.start(Load.parse("build").get(0), ground, ground.linuxCores()).orElseThrow()) {
            load.check();
        }
        assertEquals(0, leftFolders());
    }

    @Test
    void aCommandIsRepeatedAndMayNotFail() throws IOException, ArmFailedException, InterruptedException {
        Ground ground = Workshop.ground();
        String mark = "0.0" + System.nanoTime();
        try (RunningLoad load =
                RunningLoad.start(Load.parse("sleep " + mark).get(0), ground, ground.linuxCores()).orElseThrow()) {
            Thread.sleep(100);
            load.check();
        }
        assertEquals(0, Workshop.running(mark));
        String message = assertThrows(ArmFailedException.class, () -> RunningLoad.start(Load.parse("echo no such thing; false")
                .get(0), ground, ground.linuxCores())).getMessage();
        assertEquals("the load 'echo no such thing; false' has ended with status 1: no such thing", message);
        assertEquals(0, leftFolders());
        assertThrows(ArmFailedException.class, () -> RunningLoad.start(Load.parse("build").get(0), without(ground),
                ground.linuxCores()));
        assertFalse(RunningLoad.start(Load.NOTHING, ground, ground.linuxCores()).isPresent());
    }

    private static long leftFolders() throws IOException {
        try (var folders = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            String mine = "outrigger-load-" + ProcessHandle.current().pid() + "-";
            return folders.filter(folder -> folder.getFileName().toString().startsWith(mine)).count();
        }
    }
}
