package org.outrigger.systest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/** The options about heap, stack, page faults and NUMA policy: what a program sees of them, and what it costs. */
class MemoryPlanTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** Page faults of code and library that a measured stretch may have by chance. */
    private static final long FEW = 20;

    @TempDir
    private Path folder;

    private static String program() {
        return ConformanceTest.program("memory_plan").toString();
    }

    private Run run(List<String> line) {
        Run run = Job.start(line, folder).await(LIMIT);
        assertTrue(!run.timedOut(), run::summary);
        return run;
    }

    private Run onLwk(String options, String... what) {
        List<String> line = new ArrayList<>(List.of(program()));
        line.addAll(List.of(what));
        return run(Outrigger.run(options.isEmpty() ? List.of() : List.of(options.split(" ")), line));
    }

    private Run natively(String... what) {
        List<String> line = new ArrayList<>(List.of(program()));
        line.addAll(List.of(what));
        return run(line);
    }

    /** The figures of a run; of several with one name, the largest. */
    private static Map<String, Long> figures(Run run) {
        assertEquals(0, run.status(), run::summary);
        Map<String, Long> figures = new HashMap<>();
        run.text().lines().map(line -> line.split(" ")).filter(words -> words.length == 2)
            .forEach(words -> figures.merge(words[0], Long.parseLong(words[1]), Math::max));
        return figures;
    }

    @Test
    void stacksHaveTheirPagesAtOnce() {
        for (String what : List.of("stack", "threads")) {
            long natively = figures(natively(what, "4")).get("faults");
            assertTrue(natively > 900, what + " natively: " + natively);
            for (String options : List.of("--stack 5m", "--stack 5m --maxpage stack:4k", "--stack 5m --intercept=trap")) {
                long faults = figures(onLwk(options, what, "4")).get("faults");
                assertTrue(faults < FEW, what + " with " + options + ": " + faults);
            }
        }
    }

    @Test
    void aStackMayGrowAsFarAsIsAskedFor() {
        int dead = natively("stack", "30").status();
        assertEquals(139, dead, "with 8 MiB it is too deep");
        assertEquals(dead, onLwk("", "stack", "30").status());
        assertEquals(0, onLwk("--stack 0,64m", "stack", "30").status());
        assertEquals(dead, onLwk("--stack 0,1m", "stack", "4").status());
        assertEquals(natively("size", "0").text(), onLwk("", "size", "0").text());
        assertEquals("limit 67108864\nwhole 1\n", onLwk("--stack 3m,64m", "size", "0").text());
    }

    @Test
    void aLargeHeapHasHugePages() throws IOException {
        Machine.skipUnless(!Files.readString(Path.of("/sys/kernel/mm/transparent_hugepage/enabled")).contains("[never]"),
            "transparent huge pages are off");
        long natively = figures(natively("heap", "40")).get("faults");
        long faults = figures(onLwk("", "heap", "40")).get("faults");
        assertTrue(faults < natively / 2, faults + " page faults, " + natively + " natively");
        long small = figures(onLwk("--maxpage heap:4k", "heap", "40")).get("faults");
        assertTrue(small > 40 * 256, small + " page faults with small pages");
    }

    @Test
    void aHeapKeepsWhatItIsToKeep() {
        Map<String, Long> all = figures(onLwk("", "heap", "12"));
        assertTrue(all.get("kept") > 11 << 10, all::toString);
        Map<String, Long> little = figures(onLwk("--brk-keep 1m", "heap", "12"));
        assertTrue(little.get("grown") > 11 << 10 && little.get("kept") < 3 << 10, little::toString);
    }

    @Test
    void pagesComeWhenTheyAreAskedFor() {
        long natively = figures(natively("allocated", "2")).get("faults");
        assertTrue(natively >= 512, natively + " natively");
        assertTrue(figures(onLwk("", "allocated", "2")).get("faults") >= 512, "no huge pages in a small heap");
        Map<String, Long> mapped = figures(onLwk("--pagefault map", "allocated", "2"));
        assertTrue(mapped.get("faults") < FEW && mapped.get("heap") == 2 << 10, mapped::toString);
        Map<String, Long> launched = figures(onLwk("--pagefault launch --heap 8m", "allocated", "2"));
        assertTrue(launched.get("faults") < FEW && launched.get("heap") < 1 << 10, launched::toString);
    }

    private String policies(List<String> line) {
        Run run = run(line);
        assertEquals(0, run.status(), run::summary);
        return run.text().replace("begun\n", "").replace('\n', ' ').strip();
    }

    private List<String> policiesOnLwk(String... options) {
        return Outrigger.run(List.of(options), List.of(program(), "policies", "0"));
    }

    @Test
    void thePolicyIsTheProgramsFromTheStart() {
        Machine.skipUnless(Files.exists(Path.of("/proc/self/numa_maps")), "this kernel knows no NUMA policies");
        assertEquals("heap default stack default mapped default", policies(policiesOnLwk()));
        assertEquals("heap interleave:0 stack interleave:0 mapped interleave:0",
            policies(policiesOnLwk("--mempolicy=interleave")));
        assertEquals("heap local stack local mapped local", policies(policiesOnLwk("--mempolicy=nearest")));
        assertEquals("heap interleave:0 stack interleave:0 mapped prefer:0", policies(policiesOnLwk("--mempolicy=random")));
    }

    @Test
    void memoryThatIsBoundStaysBound() {
        Machine.skipUnless(Files.exists(Path.of("/proc/self/numa_maps")), "this kernel knows no NUMA policies");
        List<String> line = new ArrayList<>(List.of(program(), "bound"));
        line.addAll(policiesOnLwk("--mempolicy=nearest"));
        assertEquals("heap bind:0 stack bind:0 mapped bind:0", policies(line));
        line = new ArrayList<>(List.of(program(), "bound"));
        line.addAll(policiesOnLwk());
        assertEquals("heap bind:0 stack bind:0 mapped bind:0", policies(line));
        line = new ArrayList<>(List.of(program(), "bound"));
        line.addAll(policiesOnLwk("--mempolicy=random"));
        assertTrue(policies(line).startsWith("heap interleave:0 stack interleave:0 mapped bind"), policies(line));
    }

    /** Whatever the options, memory is what it is natively. */
    @TestFactory
    Stream<DynamicTest> programsSeeNoDifference() {
        return Stream.of("memory_brk --brk-keep=1m --heap=64k --stack=1m,16m", "memory_brk --pagefault=launch --maxpage=4k",
            "memory_brk --brk-keep=0 --pagefault=map", "threads --stack=1m,16m --pagefault=map",
            "memory_fork --brk-keep=64k --pagefault=launch", "memory_policy --brk-keep=0 --pagefault=map").map(line ->
                dynamicTest(line, () -> NativeAndLwk.of(ConformanceTest.program(line.substring(0, line.indexOf(' '))).toString())
                    .options(line.substring(line.indexOf(' ') + 1).split(" ")).errorsIgnored().limit(120).compareSuccess()));
    }
}
