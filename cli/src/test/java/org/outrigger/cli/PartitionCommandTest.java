package org.outrigger.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.cli.CommandLineFixture.Outcome;
import org.outrigger.node.partition.Partitions;
import tools.jackson.databind.JsonNode;

/** {@code outrigger partition create|list|show|resize|destroy|plan} on a node that is made of files. */
class PartitionCommandTest {
    @TempDir
    private Path root;
    private PartitionFixture fixture;

    @BeforeEach
    void eightCpus() throws IOException {
        fixture = new PartitionFixture(root.resolve("node"));
    }

    @Test
    void aPartitionComesAndGoes() throws IOException {
        Map<String, String> before = fixture.node.snapshot();
        assertEquals("", fixture.printed("list"));
        assertEquals("""
                NAME  KIND      CORES  LINUX  MEMORY          JOBS
                lwk   isolated  4-7    0-1    128M@0,1026M@1  0
                """, fixture.printed("create lwk -c 4-7 -l 0-1 -M 128M@0,1025M@1 --sched fifo"));
        assertEquals("0-3", fixture.node.read("/proc/irq/9/smp_affinity_list").orElseThrow());
        assertEquals("513", fixture.node.read("/sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages")
                .orElseThrow());
        fixture.printed("create b -c 3");
        assertEquals("""
                NAME  KIND      CORES  LINUX  MEMORY          JOBS
                b     isolated  3      -      -               0
                lwk   isolated  4-7    0-1    128M@0,1026M@1  0
                """, fixture.printed("list"));
        String shown = fixture.printed("show lwk");
        for (String line : new String[] {"kind         isolated", "LWK cores    4-7", "Linux cores  0-1", "scheduling   fifo",
            "memory       NUMA node 1: 513 pages of 2M (1026M), 0 in use, 513 free",
            "moved        interrupt 9 to CPU 0-2 (was 0-7)"}) {
            assertTrue(shown.contains(line + "\n"), shown);
        }
        assertEquals("", fixture.printed("destroy b"));
        assertEquals("", fixture.printed("destroy lwk"));
        assertEquals(before, fixture.node.snapshot());
    }

    @Test
    void json() {
        JsonNode made = fixture.json("create lwk -c 4-7 -M 4M --features thp=off,kthreads=on --devices eth0,nvme0 --irqs 9,10");
        JsonNode partition = made.get("partition");
        assertEquals("lwk", partition.get("name").asString());
        assertEquals("4-7", partition.get("cores").asString());
        assertEquals("", partition.get("linux_cores").asString());
        assertEquals(1, partition.get("memory").get(0).get("node").asInt());
        assertEquals(2 << 20, partition.get("memory").get(0).get("page_bytes").asInt());
        assertEquals(2, partition.get("memory").get(0).get("pages").asInt());
        assertEquals(2, partition.get("memory").get(0).get("free").asInt());
        assertFalse(partition.get("features").get("thp").asBoolean());
        assertTrue(partition.get("features").get("kthreads").asBoolean());
        assertFalse(partition.get("features").get("load_balancing").asBoolean());
        assertEquals("nvme0", partition.get("devices").get(1).asString());
        assertEquals("9,10", partition.get("irqs").asString());
        assertEquals("other", partition.get("sched").asString());
        assertTrue(partition.get("owner").isNull());
        assertTrue(made.get("books").get("held").asInt() > 0);
        assertFalse(made.get("books").get("interrupted").asBoolean());
        assertEquals(partition, fixture.json("show lwk").get("partition"));
        assertEquals("lwk", fixture.json("list").get("partitions").get(0).get("name").asString());
        assertEquals("5-7", fixture.json("resize lwk -c -4").get("partition").get("cores").asString());
        JsonNode gone = fixture.json("destroy lwk");
        assertEquals("lwk", gone.get("destroyed").asString());
        assertEquals(0, gone.get("books").get("held").asInt());
        assertEquals(0, fixture.json("list").get("partitions").size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "-c +3 | 3-5 | 0 | 8M@1",
        "-c -5 | 4 | 0 | 8M@1",
        "-c 2-3 | 2-3 | 0 | 8M@1",
        "-c !0-3 | 4-7 | 0 | 8M@1",
        "-l none | 4-5 | - | 8M@1",
        "-l +1-2 -c -4 | 5 | 0-2 | 8M@1",
        "-M +2M@0 | 4-5 | 0 | 2M@0,8M@1",
        "-M +3M | 4-5 | 0 | 12M@1",
        "-M -3M | 4-5 | 0 | 4M@1",
        "-M -1/2@x | 4-5 | 0 | refused",
        "-M -1/2 | 4-5 | 0 | 4M@1",
        "-M 6M | 4-5 | 0 | 6M@1",
        "-M 6M@0 | 4-5 | 0 | 6M@0",
        "-M 0 | 4-5 | 0 | -",
        "-M -all | 4-5 | 0 | -",
        "-M 1G@1 --page 1g | 4-5 | 0 | 1G@1",
        "-c 1-4 -M 8M | 1-4 | 0 | 4M@0,4M@1",
    })
    void resize(String options, String cores, String linux, String memory) throws IOException {
        fixture.printed("create lwk -c 4-5 -l 0 -M 8M");
        if (memory.equals("refused")) {
            fixture.refused("resize lwk " + options);
            return;
        }
        fixture.printed("resize lwk " + options);
        String[] row = fixture.printed("list").lines().toList().get(1).split(" +");
        assertEquals(String.join(" ", cores, linux, memory), String.join(" ", row[2], row[3], row[4]));
    }

    @Test
    void coresAreTakenWhole() throws IOException {
        for (int cpu = 0; cpu < 8; cpu++) {
            fixture.node.file("/sys/devices/system/cpu/cpu" + cpu + "/topology/thread_siblings_list",
                    cpu % 4 + "," + (cpu % 4 + 4));
        }
        Outcome outcome = fixture.partition("create lwk -c 2-3");
        assertEquals("outrigger: CPU 6-7 comes along, since it shares cores with CPU 2-3; --split-cores leaves it\n",
                outcome.err());
        assertTrue(outcome.out().contains(" 2-3,6-7 "), outcome.out());
        assertTrue(fixture.partition("resize lwk -c -2").out().contains(" 3,7 "));
        assertTrue(fixture.printed("resize lwk -c +2 --split-cores").contains(" 2-3,7 "));
        fixture.printed("destroy lwk");
        assertEquals("--cpus: cores are taken whole, and with CPU 4-7, which shares cores with CPU 0-3, no CPU would be left for"
                + " Linux; --split-cores takes CPU 0-3 alone", fixture.refused("create lwk -c 0-3"));
        assertTrue(fixture.printed("create lwk -c 0-3 --split-cores").contains(" 0-3 "));
    }

    @Test
    void anAccountOfHugePagesInGroupsOfItsOwn() throws Exception {
        fixture.node.unified();
        Map<String, String> before = fixture.node.snapshot();
        String group = FolderNode.UNIFIED + "/outrigger-lwk";
        JsonNode groups = fixture.json("create lwk -c 4-7 -M 8M").get("partition").get("groups");
        assertEquals(2, groups.size());
        assertEquals("8388608", fixture.node.read(group + "/hugetlb.2MB.max").orElseThrow());
        assertEquals("8388608", fixture.node.read(group + "/hugetlb.2MB.rsvd.max").orElseThrow());
        Partitions partitions = fixture.world.partitions;
        assertEquals(List.of(Path.of(FolderNode.CPUSETS, "outrigger-lwk", "cgroup.procs"), Path.of(group, "cgroup.procs")),
                partitions.overview().members(partitions.find("lwk").orElseThrow()));
        fixture.printed("resize lwk -M 2M");
        assertEquals("2097152", fixture.node.read(group + "/hugetlb.2MB.max").orElseThrow());
        fixture.printed("destroy lwk");
        assertEquals(before, fixture.node.snapshot());
    }

    @Test
    void settingsOfTheEnvironment() {
        fixture.world.environment.put("OUTRIGGER_CPUS", "6-7");
        fixture.world.environment.put("OUTRIGGER_SCHED", "fifo");
        JsonNode partition = fixture.json("create lwk").get("partition");
        assertEquals("6-7", partition.get("cores").asString());
        assertEquals("fifo", partition.get("sched").asString());
        fixture.world.environment.put("OUTRIGGER_CPUS", "5");
        assertEquals("6-7", fixture.json("resize lwk -M 2M").get("partition").get("cores").asString(), "a resize is typed");
    }

    @Test
    void planChangesNothing() throws IOException {
        Map<String, String> before = fixture.node.snapshot();
        String plan = fixture.printed("plan lwk -c 4-7 -M 4M");
        assertEquals(plan, fixture.printed("plan create lwk -c 4-7 -M 4M"));
        String pool = "/sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages";
        assertTrue(plan.startsWith("2 pages of 2M on NUMA node 1\n        " + pool + ": 0 -> 2\n"), plan);
        assertTrue(plan.contains("interrupt 9 to CPU 0-3\n        /proc/irq/9/smp_affinity_list: 0-7 -> 0-3\n"), plan);
        assertTrue(plan.contains(FolderNode.CPUSETS + "/outrigger-lwk/cpuset.cpus: - -> 4-7\n"), plan);
        assertEquals(before, fixture.node.snapshot());
        fixture.printed("create lwk -c 4-7 -M 4M");
        Map<String, String> during = fixture.node.snapshot();
        JsonNode steps = fixture.json("plan resize lwk -M +2M").get("steps");
        assertEquals(pool, steps.get(0).get("place").asString());
        assertEquals("2", steps.get(0).get("was").asString());
        assertEquals("3", steps.get(0).get("value").asString());
        String back = fixture.printed("plan destroy lwk");
        assertTrue(back.contains("back: interrupt 9 to CPU 0-3\n        /proc/irq/9/smp_affinity_list: 0-3 -> 0-7\n"), back);
        assertTrue(back.contains("        " + pool + ": 2 -> 0\n"), back);
        assertEquals(during, fixture.node.snapshot());
        assertEquals("destroy", fixture.json("plan destroy lwk").get("command").asString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "list", "show", "resize", "destroy", "plan", "plan create", "plan resize", "plan destroy"})
    void help(String command) {
        String text = fixture.printed(command + " --help");
        assertTrue(text.contains("Usage: outrigger partition " + command), text);
        assertTrue(text.contains("--json"), text);
        assertTrue(text.lines().allMatch(line -> line.length() <= 90 && line.equals(line.stripTrailing())), text);
    }
}
