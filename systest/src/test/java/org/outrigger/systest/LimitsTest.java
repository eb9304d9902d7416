package org.outrigger.systest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/** A limit of memory is kept at the call, by programs of all kinds, and what is given back is there for others. */
class LimitsTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String[] PARTS = {"malloc", "mmap", "file", "protect", "remap", "brk", "threads", "churn", "small"};
    /** musl's malloc does not shrink, and its threads have small stacks. */
    private static final String[] MUSL_PARTS = {"malloc", "mmap", "file", "protect", "remap", "churn"};
    private static final long MIB = 1 << 20;

    @TempDir
    private Path folder;

    /** Natively the limit is RLIMIT_DATA, which counts the private memory of one process as {@code --mem} does. */
    @TestFactory
    Stream<DynamicTest> everyCall() {
        return Stream.of("limits", "limits-static", "limits-musl").filter(LimitsTest::built).map(name -> dynamicTest(name, () -> {
            String[] parts = name.endsWith("-musl") ? MUSL_PARTS : PARTS;
            List<String> program = new ArrayList<>(List.of(ConformanceTest.program(name).toString(), "100"));
            program.addAll(List.of(parts));
            List<String> natively = new ArrayList<>(List.of("bash", "-c", "ulimit -d 102400; exec \"$@\"", "bash"));
            natively.addAll(program);
            NativeAndLwk.of(natively.toArray(String[]::new)).lwkCommand(Outrigger.run(List.of("--mem=100M"), program))
                .compareSuccess();
        }));
    }

    private static boolean built(String name) {
        return ConformanceTest.programs().stream().anyMatch(file -> file.getFileName().toString().equals(name));
    }

    @TestFactory
    Stream<DynamicTest> otherWays() {
        return Stream.of(List.of("--intercept=trap"), List.of("--kernel-loops=3")).map(way -> dynamicTest(way.toString(), () -> {
            List<String> options = new ArrayList<>(way);
            options.add("--mem=100M");
            Run run = limits(options, "fork", "mmap", "protect", "churn");
            assertEquals("fork\nmmap\nprotect\nchurn\n", run.text(), run::summary);
        }));
    }

    /** Limits that Linux has for one process only: children are charged for their copies, images for their data. */
    @Test
    void forksAndExecs() {
        assertEquals("fork\n", limits(List.of("--mem=100M"), "fork").text());
        assertEquals("exec\n", limits(List.of("--mem=100M"), "exec").text());
    }

    private Run limits(List<String> options, String... parts) {
        List<String> program = new ArrayList<>(List.of(ConformanceTest.program("limits").toString(), "100"));
        program.addAll(List.of(parts));
        return run(options, program.toArray(String[]::new));
    }

    private Run run(List<String> options, String... program) {
        Job job = Job.start(Outrigger.run(options, List.of(program)), folder);
        Run run = job.await(LIMIT);
        job.assertNothingLeft("a limited job");
        return run;
    }

    /** Linux maps it before anybody can refuse it. */
    @Test
    void anImageLargerThanTheLimitGetsNoMore() {
        String program = ConformanceTest.program("limits_bss").toString();
        assertEquals("1 more\n", run(List.of(), program).text());
        assertEquals("1 more\n", run(List.of("--mem=300M"), program).text());
        Run run = run(List.of("--mem=100M"), program + "-static");
        assertTrue(run.stderr().startsWith("outrigger: " + program + "-static: process ")
            && run.stderr().contains("more than is left of the job's memory: it gets no more"), run::summary);
        assertTrue(!run.timedOut() && run.status() != 0, run::summary); // the C library wants 4 KiB of its own
    }

    @Test
    void pythonRaisesMemoryError() {
        Machine.needs("python3");
        String script = "kept = bytearray(40 << 20)\n"
            + "for i in range(20):\n"
            + "    try:\n"
            + "        more = bytearray(100 << 20)\n"
            + "        print('no limit')\n"
            + "    except MemoryError:\n"
            + "        more = None\n"
            + "        more = bytearray(30 << 20)\n"
            + "print(len(kept) + len(more))\n";
        Run run = run(List.of("--mem=100M"), "python3", "-c", script);
        assertEquals(70 * MIB + "\n", run.text(), run::summary);
    }

    /** Its heap is reserved whole and made writable by and by. */
    @Test
    void javaLivesWithinALimitThatHasRoomForItsHeap() {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Run run = run(List.of("--mem=1G"), java.toString(), "-Xmx128m", "-XX:ReservedCodeCacheSize=64m", "-version");
        assertEquals(0, run.status(), run::summary);
        Run without = run(List.of("--mem=24M"), java.toString(), "-Xmx128m", "-version");
        assertTrue(without.status() != 0 && without.status() < 128 + 6 + 1 && !without.timedOut(), without::summary);
    }

    private static String python(String... lines) {
        return "import os, sys, time, signal\n"
            + "rank = int(os.environ['OUTRIGGER_RANK'])\n"
            + "def say(what): open(what, 'w').close()\n"
            + "def wait(what):\n"
            + "    while not os.path.exists(what): time.sleep(0.01)\n"
            + "def can(mebibytes):\n"
            + "    try: return bytearray(mebibytes << 20)\n"
            + "    except MemoryError: return None\n"
            + String.join("\n", lines) + "\n";
    }

    @Test
    void whatOneRankGaveBackAnotherGets() {
        Machine.needs("python3");
        Run run = run(List.of("-n2", "--mem=200M", "--rank-mem=0:60M,1:20M"), "python3", "-c", python(
            "if rank == 0:",
            "    most = can(130)",
            "    print(most is not None); say('taken'); wait('refused')",
            "    del most; say('freed'); wait('done')",
            "else:",
            "    wait('taken')",
            "    print(can(100) is None)",
            "    say('refused'); wait('freed')",
            "    mine = can(100)",
            "    print(mine is not None); say('done')"));
        assertEquals("True\nTrue\nTrue\n", run.text(), run::summary);
    }

    @Test
    void whatIsSetAsideIsThere() {
        Machine.needs("python3");
        Run run = run(List.of("-n2", "--mem=200M", "--rank-mem=1:100M"), "python3", "-c", python(
            "if rank == 0:",
            "    print(can(110) is None)",
            "    say('tried'); wait('ended')",
            "    for i in range(200):", // its guarantee is everybody's when the LWK has heard of its end
            "        most = can(150)",
            "        if most: break",
            "        time.sleep(0.05)",
            "    print(most is not None)",
            "else:",
            "    wait('tried'); print(can(80) is not None); sys.stdout.flush(); say('ended')"));
        assertEquals(3, run.text().lines().filter("True"::equals).count(), run::summary);
    }

    @Test
    void aKilledRankLeavesItsMemoryToTheOthers() {
        Machine.needs("python3");
        Run run = run(List.of("-n2", "--mem=200M"), "python3", "-c", python(
            "if rank == 0:",
            "    most = can(120); open('pid.new', 'w').write(str(os.getpid())); os.rename('pid.new', 'pid'); time.sleep(100)",
            "wait('pid')",
            "print(can(120) is None)",
            "os.kill(int(open('pid').read()), signal.SIGKILL)",
            "for i in range(200):",
            "    most = can(120)",
            "    if most: break",
            "    time.sleep(0.05)",
            "print(most is not None)"));
        assertEquals("True\nTrue\n", run.text(), run::summary);
        assertEquals(137, run.status(), run::summary);
    }

    @Test
    void theReportSaysWhoHasWhat() throws IOException {
        Machine.needs("python3");
        Path file = folder.resolve("report.json");
        Run run = run(List.of("-n2", "--mem=200M", "--rank-mem=0:50M", "--report=" + file), "python3", "-c", python(
            "import mmap",
            "if rank == 0: mine = bytearray(60 << 20); shared = mmap.mmap(-1, 10 << 20); can(500)"));
        assertEquals(0, run.status(), run::summary);
        JsonNode limit = JsonMapper.shared().readTree(Files.readString(file)).get("limit");
        assertEquals(200 * MIB, limit.get("given_bytes").asLong(), limit::toString);
        assertEquals(0, limit.get("used_bytes").asLong(), limit::toString);
        assertTrue(limit.get("peak_bytes").asLong() >= 70 * MIB, limit::toString);
        assertTrue(limit.get("peak_bytes").asLong() <= 200 * MIB, limit::toString);
        assertTrue(limit.get("refusals").asLong() > 0, limit::toString);
        assertTrue(limit.get("largest_refusal_bytes").asLong() >= 500 * MIB, limit::toString);
        assertEquals(50 * MIB, limit.get("ranks").get(0).get("guarantee_bytes").asLong(), limit::toString);
        assertTrue(limit.get("ranks").get(1).get("peak_bytes").asLong() < 50 * MIB, limit::toString);
        JsonNode holder = limit.get("processes").get(0);
        assertEquals(limit.get("largest_refusal_pid").asLong(), holder.get("pid").asLong(), limit::toString);
        assertEquals(0, holder.get("rank").asInt(), limit::toString);
        assertTrue(holder.get("arena_bytes").asLong() >= 60 * MIB, limit::toString);
        assertEquals(10 * MIB, holder.get("shared_bytes").asLong(), limit::toString);
    }

    @Test
    void aStressedLimitHolds() {
        Machine.needs("stress-ng");
        Path report = folder.resolve("stress.json");
        Run run = run(List.of("--mem=150M", "--report=" + report), "stress-ng", "--quiet", "--malloc", "2", "--malloc-bytes",
            "200M", "--malloc-ops", "5000", "--timeout", "4");
        assertTrue(!run.timedOut() && run.status() < 128, run::summary);
        JsonNode limit = JsonMapper.shared().readTree(report.toFile()).get("limit");
        assertTrue(limit.get("peak_bytes").asLong() <= 150 * MIB, limit::toString);
        assertEquals(0, limit.get("used_bytes").asLong(), limit::toString);
    }
}
