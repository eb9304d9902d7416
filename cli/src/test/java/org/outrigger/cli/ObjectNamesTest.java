package org.outrigger.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.cli.CommandLineFixture.Outcome;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** CPUs by the names that the topology gives them, on a machine of two packages and four cores with two threads each. */
class ObjectNamesTest {
    private static final int CPUS = 8;

    @TempDir
    private Path root;
    private CommandLineFixture world;

    @BeforeEach
    void twoPackages() throws IOException {
        world = new CommandLineFixture(root, "0-7", "0-7");
        for (int cpu = 0; cpu < CPUS; cpu++) {
            Path folder = Files.createDirectories(root.resolve("sys/devices/system/cpu/cpu" + cpu + "/topology"));
            Files.writeString(folder.resolve("core_cpus_list"), cpu % 4 + "," + (cpu % 4 + 4) + "\n");
            Files.writeString(folder.resolve("core_id"), cpu % 2 + "\n");
            Files.writeString(folder.resolve("physical_package_id"), cpu % 4 / 2 + "\n");
        }
    }

    @Test
    void ofARun() {
        assertArrayEquals(new int[] {1, 2, 5, 6}, world.request("--cpus", "core:1-2", "/bin/true").lwkCores());
        assertArrayEquals(new int[] {2, 3, 6, 7}, world.request("--linux-cpus", "package:0", "/bin/true").lwkCores());
        assertArrayEquals(new int[] {1, 3, 7}, world.request("--cpus=1,package:1.core:P#1", "/bin/true").lwkCores());
        world.environment.put("OUTRIGGER_CPUS", "package:1.core:all.pu:0");
        assertArrayEquals(new int[] {2, 3}, world.request("/bin/true").lwkCores());
    }

    @Test
    void ofACheck() {
        String text = world.outrigger("partition", "check", "-c", "package:1").out();
        assertTrue(text.startsWith("LWK cores 2-3,6-7, Linux cores 0-1,4-5\n"), text);
    }

    @Test
    void refused() {
        Outcome outcome = world.outrigger("run", "--cpus", "core:4", "/bin/true");
        assertEquals(ExitStatus.LAUNCHER_ERROR, outcome.status());
        assertTrue(outcome.err().contains("--cpus: CPU list 'core:4': there is no core:4 (they go from 0 to 3) (column 6)"),
                outcome.err());
        assertTrue(world.outrigger("run", "-c", "core:0", "-l", "pu:P#4", "/bin/true").err()
                .contains("CPU 4 is both LWK and Linux"));
        assertTrue(world.outrigger("partition", "check", "-c", "machine:0").err().contains("leave no CPU for Linux"));
    }

    @Test
    void allOfThemAreShown() throws IOException {
        String text = world.outrigger("partition", "topology").out();
        assertTrue(text.startsWith("CPUs 0-7, as sysfs tells\n\n"), text);
        assertTrue(text.contains("\npackage:1       P#1      2-3,6-7\n"), text);
        assertTrue(text.contains("\ncore:3          P#1      3,7\n"), text);
        assertFalse(text.contains("pu:"), text);
        assertTrue(world.outrigger("partition", "topology", "--all").out().contains("\npu:1            P#4      4\n"));
        JsonNode json = JsonMapper.shared().readTree(world.outrigger("partition", "topology", "--json").out());
        assertEquals(1, json.get("schema").asInt());
        assertEquals("sysfs", json.get("source").asString());
        assertEquals("0-7", json.get("cpus").asString());
        assertEquals(1 + 2 + 1 + 4 + CPUS, json.get("objects").size());
        JsonNode core = json.get("objects").get(1 + 2 + 1 + 3);
        assertEquals("{\"kind\":\"core\",\"logical\":3,\"physical\":1,\"cpus\":\"3,7\"}", core.toString());
        Files.delete(root.resolve("sys/devices/system/cpu/online"));
        Outcome outcome = world.outrigger("partition", "topology");
        assertEquals(ExitStatus.LAUNCHER_ERROR, outcome.status());
        assertTrue(outcome.err().contains("the node's topology cannot be found out"), outcome.err());
    }

    @Test
    void numbersNeedNoTopology() throws IOException {
        Files.writeString(root.resolve("sys/devices/system/cpu/cpu0/topology/core_id"), "broken\n");
        assertArrayEquals(new int[] {1, 2, 3}, world.request("--cpus", "1-3", "/bin/true").lwkCores());
        assertTrue(world.outrigger("run", "--cpus", "core:1", "/bin/true").err().contains("core_id: 'broken' is not a number"));
    }
}
