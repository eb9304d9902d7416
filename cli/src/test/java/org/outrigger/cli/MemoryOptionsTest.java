package org.outrigger.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.outrigger.abi.Mempolicy;
import org.outrigger.cli.CommandLineFixture.Outcome;
import org.outrigger.kernel.memory.MemoryPlan;
import org.outrigger.kernel.memory.NodeChoice;
import org.outrigger.kernel.memory.PageSize;

/** What the options and variables about memory become in the job, and what is refused. */
class MemoryOptionsTest {
    @TempDir
    private Path root;
    private CommandLineFixture world;

    @BeforeEach
    void twoNodesOfFourCpus() throws IOException {
        world = new CommandLineFixture(root, "0-7", "0-7");
        Files.writeString(root.resolve("status"), "Name:\tjava\nCpus_allowed_list:\t0-7\nMems_allowed_list:\t0-1\n");
        Files.writeString(root.resolve("limits"), "Limit  Soft Limit  Hard Limit  Units\nMax cpu time  unlimited  unlimited  s\n"
                + "Max stack size            8388608              1073741824           bytes     \n");
        Path nodes = Files.createDirectories(root.resolve("sys/devices/system/node"));
        Files.writeString(nodes.resolve("online"), "0-1\n");
        for (int i = 0; i < 2; i++) {
            Path node = Files.createDirectories(nodes.resolve("node" + i));
            Files.writeString(node.resolve("meminfo"), "Node 0 MemTotal: 1024 kB\nNode 0 MemFree: 512 kB\n");
            Files.writeString(node.resolve("cpulist"), i == 0 ? "0-3\n" : "4-7\n");
            Files.writeString(node.resolve("distance"), i == 0 ? "10 20\n" : "20 10\n");
        }
    }

    private MemoryPlan plan(String line) {
        return world.request((line + " true").strip().split(" ")).memory();
    }

    @Test
    void nothingIsAskedFor() {
        assertEquals(MemoryPlan.DEFAULT, plan(""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "4k | SMALL | SMALL | SMALL",
        "2M | LARGE | LARGE | LARGE",
        "1g | GIGANTIC | GIGANTIC | GIGANTIC",
        "stack:4k | GIGANTIC | GIGANTIC | SMALL",
        "heap:2m,anon:4k | LARGE | SMALL | LARGE",
        "anon:1g,stack:2m,heap:4k | SMALL | GIGANTIC | LARGE",
    })
    void largestPages(String text, PageSize heap, PageSize anonymous, PageSize stack) {
        MemoryPlan plan = plan("--maxpage " + text);
        assertEquals(List.of(heap, anonymous, stack), List.of(plan.heapPages(), plan.pages(), plan.stackPages()));
        world.environment.put("OUTRIGGER_MAXPAGE", text);
        assertEquals(plan, plan(""));
    }

    @Test
    void heapAndStack() {
        MemoryPlan plan = plan("--heap 16m --brk-keep=1G --stack 100k,64M --pagefault=map");
        assertEquals(16L << 20, plan.heapStep());
        assertEquals(1L << 30, plan.heapKeep());
        assertEquals(100L << 10, plan.premap());
        assertEquals(64L << 20, plan.stackMost());
        assertEquals(MemoryPlan.PageFault.MAP, plan.pageFault());
        assertEquals(4096, plan("--heap 4096").heapStep());
        assertEquals(8192, plan("--stack 4097").premap(), "whole pages");
        assertEquals(0, plan("--brk-keep 0").heapKeep());
        assertEquals(MemoryPlan.PageFault.LAUNCH, plan("--pagefault launch").pageFault());
    }

    @Test
    void variables() {
        world.environment.put("OUTRIGGER_HEAP", "8m");
        world.environment.put("OUTRIGGER_BRK_KEEP", "1m");
        world.environment.put("OUTRIGGER_STACK", "0,1g");
        world.environment.put("OUTRIGGER_PAGEFAULT", "launch");
        world.environment.put("OUTRIGGER_MEMPOLICY", "nearest");
        MemoryPlan plan = plan("");
        assertEquals(8L << 20, plan.heapStep());
        assertEquals(1L << 20, plan.heapKeep());
        assertEquals(1L << 30, plan.stackMost());
        assertEquals(MemoryPlan.PageFault.LAUNCH, plan.pageFault());
        assertEquals(MemoryPlan.NodePolicy.NEAREST, plan.nodes());
        assertEquals(MemoryPlan.NodePolicy.NORMAL, plan("--mempolicy=normal").nodes(), "the command line wins");
    }

    @Test
    void ranksTakeMemoryFromTheNodesOfTheirCores() {
        NodeChoice choice = plan("-l 0 -n 2 -c 2-5 --mempolicy interleave").choice();
        assertEquals(List.of(new NodeChoice.Policy(Mempolicy.MPOL_INTERLEAVE, List.of(0)),
                new NodeChoice.Policy(Mempolicy.MPOL_INTERLEAVE, List.of(1))), choice.ranks());
    }

    @Test
    void theDryRunTells() {
        Outcome outcome = world.outrigger("run", "--dry-run", "-l0", "-c2-5", "-n2", "--mempolicy=interleave",
                "--maxpage=heap:4k", "--heap=1m", "--stack=1m,2m", "--pagefault=map", "true");
        assertEquals("", outcome.err());
        assertTrue(outcome.out().contains("""
                max pages    heap 4k, anon 1g, stack 2m
                page faults  at map
                mem policy   interleave
                  rank 0     nodes 0
                  rank 1     nodes 1
                heap         ahead by 1M, keeps all
                stack        1M at once, at most 2M
                """), outcome.out());
        assertTrue(world.outrigger("run", "--dry-run", "--mempolicy=nearest", "--brk-keep=1m", "true").out().contains("""
                mem policy   nearest
                  rank 0     the node that it runs on
                heap         ahead by 4M, keeps 1M
                """));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "--maxpage | OUTRIGGER_MAXPAGE | 3m | '3m' is no size of a page: 4k, 2m or 1g is wanted",
        "--maxpage | OUTRIGGER_MAXPAGE | data:2m | 'data:2m' names none of the regions heap, anon and stack",
        "--maxpage | OUTRIGGER_MAXPAGE | heap:2m,4k | '4k' names none of the regions heap, anon and stack",
        "--maxpage | OUTRIGGER_MAXPAGE | heap:2m, | '' is no size of a page: 4k, 2m or 1g is wanted",
        "--maxpage | OUTRIGGER_MAXPAGE | heap: | '' is no size of a page: 4k, 2m or 1g is wanted",
        "--pagefault | OUTRIGGER_PAGEFAULT | never | 'never' is neither 'demand' nor 'map' nor 'launch'",
        "--mempolicy | OUTRIGGER_MEMPOLICY | bind | 'bind' is neither 'normal' nor 'interleave' nor 'nearest' nor 'random'",
        "--heap | OUTRIGGER_HEAP | 0 | a heap grows by a page of 4k at least",
        "--heap | OUTRIGGER_HEAP | 17t | '17t' is more than 16T",
        "--brk-keep | OUTRIGGER_BRK_KEEP | x | 'x' is not a size: digits are wanted, and then k, m, g, t or nothing",
        "--stack | OUTRIGGER_STACK | , | '' is not a size: digits are wanted, and then k, m, g, t or nothing",
        "--stack | OUTRIGGER_STACK | 9m | 9M is more than the stack may grow to, 8M: give a maximum after a comma",
        "--stack | OUTRIGGER_STACK | 9m,8m | 9M is more than the stack may grow to, 8M",
        "--stack | OUTRIGGER_STACK | 0,64k | no program starts with a stack of less than 128K",
        "--stack | OUTRIGGER_STACK | 0,2g | 2G is more than a stack may have here: 1G (ulimit -Hs)",
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
    void aMachineThatHidesItsNodes() throws IOException {
        Files.writeString(root.resolve("sys/devices/system/node/node1/meminfo"), "nothing\n");
        Outcome outcome = world.outrigger("run", "--mempolicy=nearest", "true");
        assertEquals(125, outcome.status());
        assertTrue(outcome.err().contains("--mempolicy: cannot find out the NUMA nodes of this machine: "), outcome.err());
        assertEquals(MemoryPlan.DEFAULT, plan("--mempolicy=normal"), "nobody looks");
    }
}
