package org.outrigger.systest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Memory on pages from Linux's pools and on transparent huge pages: contiguous, exact where single pages count, given back. */
class HugePagesTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int POOL = 160;

    @TempDir
    private Path folder;

    private static String program() {
        return ConformanceTest.program("hugepages").toString();
    }

    private Run run(List<String> options, String... program) {
        Run run = Job.start(Outrigger.run(options, List.of(program)), folder).await(LIMIT);
        assertEquals(0, run.status(), run::summary);
        return run;
    }

    private String report(String... program) throws Exception {
        Path report = folder.resolve("report.txt");
        run(List.of("--report=" + report), program);
        return Files.readString(report);
    }

    private static void needsFrameNumbers() {
        Machine.skipUnless("root".equals(System.getProperty("user.name")), "page frame numbers are shown to root only");
    }

    @Test
    void pagesFromThePoolAreContiguous() {
        needsFrameNumbers();
        try (PoolOfPages pool = new PoolOfPages(POOL)) {
            assertEquals("32 of 32\n", run(List.of(), program(), "contiguous").text());
            assertEquals(POOL, pool.free(), "pages are left in use");
        }
    }

    @Test
    void transparentHugePagesAreContiguous() throws Exception {
        needsFrameNumbers();
        String mode = Files.readString(Path.of("/sys/kernel/mm/transparent_hugepage/enabled"));
        Machine.skipUnless(!mode.contains("[never]"), "transparent huge pages are switched off");
        String text = run(List.of(), program(), "contiguous").text();
        int whole = Integer.parseInt(text.substring(0, text.indexOf(' ')));
        Machine.skipUnless(whole > 0, "memory is too fragmented for a single huge page");
        assertTrue(whole >= 24, text);
    }

    @Test
    void callsAboutSinglePagesMeanWhatTheyMeanNatively() throws Exception {
        try (PoolOfPages pool = new PoolOfPages(POOL)) {
            NativeAndLwk.of(program()).limit(60).compareSuccess();
            String report = report(program());
            assertTrue(report.contains("pool pages of 2 MiB"), report);
            assertTrue(report.contains("some were replaced by ordinary memory"), report);
            List<String> names = Machine.longProfile()
                ? List.of("memory_map", "memory_protect", "memory_remap", "memory_touch", "memory_fork", "memory_brk", "threads")
                : List.of("memory_map", "memory_protect", "memory_remap");
            for (String name : names) {
                NativeAndLwk.of(ConformanceTest.program(name).toString()).limit(60).compareSuccess();
            }
            assertEquals(POOL, pool.free(), "pages are left in use");
        }
    }

    /** The pool has fewer pages than the program wants, and none for a child's copies. */
    @Test
    void aPoolThatIsTooSmallCostsNothingButLargePages() throws Exception {
        for (int pages : new int[] {8, 40}) {
            try (PoolOfPages pool = new PoolOfPages(pages)) {
                String report = report(program());
                assertTrue(report.contains("2 MiB pages: the pool had too few free"), report);
                assertEquals(pages, pool.free(), "pages are left in use");
            }
        }
    }

    @Test
    void aKilledProgramLeavesNothingInUse() {
        try (PoolOfPages pool = new PoolOfPages(POOL)) {
            Job job = Job.start(Outrigger.run(List.of(), List.of(program(), "hold")), folder);
            assertTrue(job.awaitOutput("holding", LIMIT), "the program did not start");
            assertTrue(pool.free() < POOL, "the program has nothing from the pool");
            Optional<Long> its = Processes.executing(job.processes(), "hugepages");
            Job.signal(its.orElseThrow(), "KILL");
            job.await(LIMIT);
            assertEquals(POOL, pool.free(), "pages are left in use");
        }
    }

    /** The program goes on without the LWK, on the pages that it has, and gives them back when it ends. */
    @Test
    void aKilledLwkLeavesNothingInUse() {
        try (PoolOfPages pool = new PoolOfPages(POOL)) {
            for (int turn = 0; turn < 3; turn++) {
                Job job = Job.start(Outrigger.run(List.of(), List.of(program())), folder);
                assertTrue(job.awaitOutput("ok given_again", LIMIT), "the program did not start");
                Job.pause(5L * turn);
                Processes.executing(job.processes(), "java").ifPresent(jvm -> Job.signal(jvm, "KILL"));
                Run run = job.await(LIMIT);
                assertTrue(!run.timedOut() && run.text().startsWith("ok parts\nok given_again\n"), run::summary);
                assertEquals(POOL, pool.free(), "pages are left in use");
            }
        }
    }
}
