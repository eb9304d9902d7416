package org.outrigger.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.outrigger.cli.CommandLineFixture.Outcome;
import org.outrigger.kernel.memory.MemoryPlan;
import org.outrigger.kernel.memory.MemoryPlan.Amount;

/** What {@code --mem} and {@code --rank-mem} become in the job, and what is refused. */
class MemoryAmountsTest {
    private static final long GIB = 1L << 30;

    @TempDir
    private Path root;
    private CommandLineFixture world;

    @BeforeEach
    void twoNodesOfEightGibibytes() throws IOException {
        world = new CommandLineFixture(root, "0-7", "0-7");
        Files.writeString(root.resolve("status"), "Name:\tjava\nCpus_allowed_list:\t0-7\nMems_allowed_list:\t0-1\n");
        Path nodes = Files.createDirectories(root.resolve("sys/devices/system/node"));
        Files.writeString(nodes.resolve("online"), "0-2\n");
        for (int i = 0; i < 3; i++) {
            Path node = Files.createDirectories(nodes.resolve("node" + i));
            Files.writeString(node.resolve("meminfo"), "Node 0 MemTotal: 8388608 kB\nNode 0 MemFree: 512 kB\n");
            Files.writeString(node.resolve("cpulist"), i == 0 ? "0-3\n" : i == 1 ? "4-7\n" : "\n");
            Files.writeString(node.resolve("distance"), "10 20 20\n");
        }
    }

    private MemoryPlan plan(String line) {
        return world.request((line + " true").strip().split(" ")).memory();
    }

    private static Amount any(long bytes) {
        return new Amount(bytes, Amount.ANY_NODE);
    }

    @Test
    void withoutOptionsThereIsNoLimit() {
        MemoryPlan plan = plan("");
        assertFalse(plan.limited());
        assertEquals(0, plan.guarantee(0));
    }

    @Test
    void amounts() {
        assertEquals(List.of(any(3 * GIB)), plan("-M 3g").amounts());
        assertEquals(List.of(new Amount(GIB, 1), any(8192)), plan("--mem 1G@1,8193").amounts());
        assertEquals(List.of(any(16 * GIB)), plan("--mem=all").amounts(), "node 2 is not in the cpuset");
        assertEquals(List.of(any(16 * GIB / 3 & -4096)), plan("--mem 1/3").amounts());
        world.environment.put("OUTRIGGER_MEM", "512m");
        assertEquals(512L << 20, plan("").total());
        assertEquals(GIB, plan("-M1g").total());
    }

    @Test
    void ranks() {
        MemoryPlan plan = plan("-n 4 -M 8g --rank-mem 0:3g,2-3:1g");
        assertArrayEquals(new long[] {3 * GIB, 0, GIB, GIB}, plan.guarantees());
        assertEquals(8 * GIB, plan.total());
        assertArrayEquals(new long[] {GIB, GIB}, plan("-n 2 --rank-mem 1g").guarantees());
        assertEquals(2 * GIB, plan("-n 2 --rank-mem 1g").total(), "without --mem the sum is the total");
        world.environment.put("OUTRIGGER_RANK_MEM", "0:1g");
        assertEquals(GIB, plan("").guarantee(0), "one rank that nobody asked for is rank 0");
    }

    @Test
    void aControlGroupBoundsWhatThereIs() throws IOException {
        Path cgroup = Files.createDirectories(root.resolve("cg/job/step"));
        Files.writeString(root.resolve("cgroup"), "9:cpuset:/x\n0::/job/step\n");
        Files.writeString(root.resolve("mountinfo"), "30 20 0:26 / " + root.resolve("cg")
                + " rw,nosuid shared:4 - cgroup2 cgroup2 rw\n31 20 0:27 / /nowhere rw - tmpfs tmpfs rw\n");
        Files.writeString(cgroup.resolve("memory.max"), "max\n");
        Files.writeString(cgroup.resolveSibling("memory.max"), 4 * GIB + "\n");
        assertEquals(List.of(any(4 * GIB)), plan("--mem all").amounts());
        Outcome outcome = world.outrigger("run", "-M", "5g", "true");
        assertTrue(outcome.err().contains("--mem: '5g' is more than there is: 4G\n"), outcome.err());
        Files.writeString(root.resolve("cgroup"), "7:memory,hugetlb:/old\n0::/\n");
        Files.writeString(root.resolve("mountinfo"), "30 20 0:26 /old " + root.resolve("cg/job")
                + " rw - cgroup cgroup rw,hugetlb,memory\n");
        Files.writeString(root.resolve("cg/job/memory.limit_in_bytes"), 2 * GIB + "\n");
        assertEquals(List.of(any(GIB)), plan("--mem 1/2").amounts());
    }

    @Test
    void theDryRunTells() {
        Outcome outcome = world.outrigger("run", "--dry-run", "-n2", "--mem=1g@0,2g@1", "--rank-mem=1:512m", "true");
        assertEquals("", outcome.err());
        assertTrue(outcome.out().contains("""
                memory       3G, 1G of node 0, 2G of node 1
                  rank 0     0 set aside
                  rank 1     512M set aside
                """), outcome.out());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "--mem | OUTRIGGER_MEM | lots | 'lots' is not a size: digits are wanted, and then k, m, g, t or nothing",
        "--mem | OUTRIGGER_MEM | 0 | '0' is less than a page of 4K",
        "--mem | OUTRIGGER_MEM | 4095 | '4095' is less than a page of 4K",
        "--mem | OUTRIGGER_MEM | 1g, | '' is not a size: digits are wanted, and then k, m, g, t or nothing",
        "--mem | OUTRIGGER_MEM | 17g | '17g' is more than there is: 16G",
        "--mem | OUTRIGGER_MEM | 9g,8388607t | '9g,8388607t' is more than there is: 16G",
        "--mem | OUTRIGGER_MEM | 1/0 | '1/0' is no fraction: 1/2, 1/3 and so on are",
        "--mem | OUTRIGGER_MEM | 1/x | '1/x' is no fraction: 1/2, 1/3 and so on are",
        "--mem | OUTRIGGER_MEM | 1g@ | '1g@': the number of a NUMA node is wanted behind '@'",
        "--mem | OUTRIGGER_MEM | 1g@x | '1g@x': the number of a NUMA node is wanted behind '@'",
        "--mem | OUTRIGGER_MEM | 1g@7 | '1g@7': there is no NUMA node 7 (nodes: 0-1)",
        "--mem | OUTRIGGER_MEM | 1g@2 | '1g@2': NUMA node 2 has no memory that may be used (nodes: 0-1)",
        "--mem | OUTRIGGER_MEM | 5g@1,4g@1 | more is wanted of NUMA node 1 than it has: 8G",
        "--rank-mem | OUTRIGGER_RANK_MEM | 1:1g | '1:1g': there is no rank 1 (ranks: 0)",
        "--rank-mem | OUTRIGGER_RANK_MEM | 0:1g,0:2g | rank 0 is named twice",
        "--rank-mem | OUTRIGGER_RANK_MEM | 0: | '' is not a size: digits are wanted, and then k, m, g, t or nothing",
        "--rank-mem | OUTRIGGER_RANK_MEM | x:1g | 'x:1g' is not of the form RANK:SIZE or RANK-RANK:SIZE",
        "--rank-mem | OUTRIGGER_RANK_MEM | 1-0:1g | '1-0:1g' is not of the form RANK:SIZE or RANK-RANK:SIZE",
        "--rank-mem | OUTRIGGER_RANK_MEM | 1g,0:1g | '1g' is not of the form RANK:SIZE or RANK-RANK:SIZE",
        "--rank-mem | OUTRIGGER_RANK_MEM | 20g | the ranks' 20G together are more than there is: 16G",
        "--rank-mem | OUTRIGGER_RANK_MEM | 0 | there is nothing for rank 0, and without --mem no other memory",
    })
    void refusals(String option, String variable, String value, String message) {
        String text = "\nTry 'outrigger run --help' for more information.\n";
        assertEquals(new Outcome(125, "", "outrigger: " + option + ": " + message + text),
                world.outrigger("run", option + "=" + value, "true"));
        world.environment.put(variable, value);
        assertEquals(new Outcome(125, "", "outrigger: " + variable + ": " + message + text), world.outrigger("run", "true"));
        assertEquals(List.of(), world.requests);
    }

    @Test
    void moreForTheRanksThanForTheJob() {
        Outcome outcome = world.outrigger("run", "-n2", "-M3g", "--rank-mem=2g", "true");
        assertEquals("outrigger: --rank-mem: the ranks' 4G together are more than the job's 3G\n"
                + "Try 'outrigger run --help' for more information.\n", outcome.err());
    }
}
