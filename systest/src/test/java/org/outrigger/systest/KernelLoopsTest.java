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

/** Several kernel loops serve what one serves, and all end together. */
class KernelLoopsTest {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final String MORE_THAN_CORES = "there are more kernel loops";

    @TempDir
    private Path folder;

    /** What starts, ends and shares; with threads, forks and execs of every kind. */
    @TestFactory
    Stream<DynamicTest> programsOnSeveralLoops() {
        return Stream.of("2", "3").flatMap(loops -> Stream.of("memory_brk", "memory_fork", "memory_map", "memory_remap",
            "process_exec", "process_ids", "process_spawn", "sched", "signals_storm", "storm", "sudself", "threads",
            "threads_cancel", "threads_many").map(name -> dynamicTest(name + " on " + loops, () ->
                NativeAndLwk.of(ConformanceTest.program(name).toString()).options("--kernel-loops=" + loops).limit(180)
                    .errorsIgnored().compareSuccess())));
    }

    /** Births, deaths, execs and memory calls, all at once and in every way of interception. */
    @TestFactory
    Stream<DynamicTest> storms() {
        int times = Machine.longProfile() ? 100 : 9;
        List<DynamicTest> tests = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            String mode = i % 3 == 1 ? "--intercept=trap" : "--intercept=auto";
            String after = i % 3 == 2 ? "-Doutrigger.patch.after=1" : "";
            tests.add(dynamicTest("storm " + i, () ->
                NativeAndLwk.of(ConformanceTest.program("storm").toString()).options("--kernel-loops=3", mode)
                    .with("OUTRIGGER_JVM_FLAGS", after).limit(120).errorsIgnored().compareSuccess()));
        }
        return tests.stream();
    }

    @Test
    void tenThousandThreads() {
        String program = ConformanceTest.program("threads_many").toString();
        NativeAndLwk.of(program, "10000", "50").limit(240).compareSuccess();
        NativeAndLwk.of(program, "10000", "50").options("--kernel-loops=2").limit(240).errorsIgnored().compareSuccess();
    }

    /** Ranks are spread over the loops, and the report says who did what. */
    @Test
    void ranksAreSharedOut() throws IOException {
        Path report = folder.resolve("r.json");
        Run run = start(List.of("--kernel-loops=2", "-n", "4", "--report=" + report),
            List.of(ConformanceTest.program("forkthread").toString())).await(LIMIT);
        assertEquals(0, run.status(), run::summary);
        assertTrue(run.stderr().contains(MORE_THAN_CORES) || Machine.allowedCpus().size() > 2, run::summary);
        JsonNode root = JsonMapper.shared().readTree(Files.readString(report));
        assertEquals(2, root.get("job").get("kernel_loops").intValue());
        assertEquals(2, root.get("loops").size());
        for (JsonNode loop : root.get("loops")) {
            assertTrue(loop.get("requests").longValue() > 100, () -> "a loop had nothing to do: " + root.get("loops"));
        }
    }

    /** A job longer than the first second: the loop has what it asked for, or the report says why not. */
    @Test
    void thePriorityIsReported() throws IOException {
        for (String wanted : List.of("fifo", "nice", "none")) {
            Path report = folder.resolve(wanted + ".json");
            Run run = start(List.of("--loop-priority=" + wanted, "--report=" + report),
                List.of("sh", "-c", "for i in 1 2 3 4; do sleep 0.5; /bin/true; done")).await(LIMIT);
            assertEquals(0, run.status(), run::summary);
            JsonNode loop = JsonMapper.shared().readTree(Files.readString(report)).get("loops").get(0);
            String policy = loop.get("policy").stringValue();
            boolean shared = Machine.allowedCpus().size() == 1;
            if (wanted.equals("none") || shared) {
                assertEquals("ordinary", policy);
            } else {
                assertEquals(policy.equals(wanted), loop.get("refusal").isNull(), loop::toString);
            }
        }
    }

    @Test
    void theProgramGoesOnWhenAllLoopsAreKilled() {
        Machine.needs("sh");
        String program = ConformanceTest.program("storm").toString();
        Run natively = Job.start(List.of(program, "150"), folder).await(LIMIT);
        assertEquals(0, natively.status(), natively::summary);
        for (int delay : List.of(150, 250, 400, 700)) {
            Job job = start(List.of("--kernel-loops=2"), List.of(program, "150"));
            Job.pause(delay);
            Processes.executing(job.processes(), "java").ifPresent(jvm -> Job.signal(jvm, "KILL"));
            Run run = job.await(LIMIT);
            if (run.status() != 125) { // killed before the program was started: told, with a message
                assertEquals(0, run.status(), run::summary);
                assertEquals(natively.text(), run.text(), run::summary);
            }
            job.assertNothingLeft("a job whose LWK was killed");
        }
    }

    private Job start(List<String> options, List<String> program) {
        return Job.start(Outrigger.run(options, program), folder);
    }
}
