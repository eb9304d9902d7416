package org.outrigger.node.partition;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.node.CpuSet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Commands in processes of their own, at once, waiting for each other, ended by signals. */
class AtOnceTest {
    @TempDir
    private Path folder;

    private FolderNode node() throws Exception {
        return FolderNode.make(folder.resolve("node"), 16, 20);
    }

    private Process start(String deadly, String... command) throws Exception {
        return CommandProcess.start(folder.resolve("node").toString(), folder.resolve("state"), deadly, command);
    }

    private Partitions here(FolderNode node) {
        return new Partitions(node, new StateFolder(folder.resolve("state")));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8})
    void commandsAtOnceComeOneAfterTheOther(int many) throws Exception {
        FolderNode node = node();
        List<String> before = node.snapshot();
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            // Each has a core of its own; all of them also try for the same one.
            String own = "own" + i;
            String core = Integer.toString(i + 1);
            processes.add(start(CommandProcess.NEVER, "create", own, core, "resize", own, i == 0 ? core + ",14" : core,
                    "destroy", own, "create", "common", "15"));
        }
        int created = 0;
        for (Process process : processes) {
            CommandProcess.End end = CommandProcess.end(process);
            assertTrue(end.output().startsWith("done\ndone\ndone\n") || end.output().contains("waiting for another command"),
                    end.output());
            created += end.status() == 0 ? 1 : 0;
            assertTrue(end.status() == 0 || end.output().contains("there is a partition 'common' already"), end.output());
        }
        assertEquals(1, created);
        Partitions partitions = here(node);
        assertEquals(List.of("common"), partitions.list().stream().map(Partition::name).toList());
        assertEquals(List.of(), partitions.refresh());
        assertEquals("0-14", node.read("/proc/irq/7/smp_affinity_list").orElseThrow());
        partitions.destroy("common");
        assertEquals(before, node.snapshot());
    }

    @Test
    void theProcessThatDiesLeavesTheLockFree() throws Exception {
        FolderNode node = node();
        List<String> before = node.snapshot();
        assertEquals(CommandProcess.DEAD, CommandProcess.end(start("9", "create", "quiet", "3-5")).status());
        assertFalse(before.equals(node.snapshot()));
        CommandProcess.End next = CommandProcess.end(start(CommandProcess.NEVER, "create", "other", "5", "destroy", "other"));
        assertEquals(0, next.status(), next.output());
        assertEquals(before, node.snapshot());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aSignalTakesTheCommandBack(String signal) throws Exception {
        FolderNode node = node();
        List<String> before = node.snapshot();
        Process process = start("wait9", "create", "quiet", "3-5");
        BufferedReader told = new BufferedReader(new InputStreamReader(process.getInputStream()));
        assertEquals("waits", told.readLine());
        assertFalse(before.equals(node.snapshot()));
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).inheritIO().start().waitFor();
        assertTrue(process.waitFor() > 128);
        assertEquals(before, node.snapshot());
        assertFalse(Files.exists(folder.resolve("state/partitions")));
    }

    @Test
    void whoWaitsIsEndedByASignalAtOnce() throws Exception {
        node();
        StateFolder state = new StateFolder(folder.resolve("state"));
        try (StateFolder.Lock _ = state.tryLock().orElseThrow()) {
            Process process = start(CommandProcess.NEVER, "create", "quiet", "3-5");
            BufferedReader told = new BufferedReader(new InputStreamReader(process.getInputStream()));
            assertEquals("waiting for another command that changes partitions", told.readLine());
            process.destroy();
            assertTrue(process.waitFor(30, TimeUnit.SECONDS), "it waits on");
            assertTrue(process.exitValue() > 128);
        }
    }

    @Test
    void whoLooksDoesNotWait() throws Exception {
        FolderNode node = node();
        Process first = start("wait9", "create", "quiet", "3-5");
        BufferedReader told = new BufferedReader(new InputStreamReader(first.getInputStream()));
        assertEquals("waits", told.readLine());
        assertEquals(List.of("another command is changing partitions now"), here(node).refresh());
        assertEquals(0, first.waitFor());
        assertEquals(CpuSet.range(3, 5), here(node).find("quiet").orElseThrow().cores());
    }

    @Test
    void whoWaitsIsToldOnce() throws Exception {
        StateFolder state = new StateFolder(folder.resolve("state"));
        StateFolder.Lock first = state.tryLock().orElseThrow();
        assertTrue(state.tryLock().isEmpty());
        List<String> said = new ArrayList<>();
        try (StateFolder.Lock _ = state.lock(() -> {
            said.add("waiting");
            first.close();
        })) {
            assertEquals(List.of("waiting"), said);
        }
    }
}
