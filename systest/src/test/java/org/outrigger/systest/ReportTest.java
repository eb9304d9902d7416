package org.outrigger.systest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The report of a run, in its three forms, and that it never touches the program's own output. */
class ReportTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final int CALLS = 5000;
    private static final String PROGRAM = "import os, threading\n"
        + "t = threading.Thread(target=os.getpid); t.start(); t.join()\n"
        + "[os.getpid() for _ in range(" + CALLS + ")]; [os.getppid() for _ in range(100)]\n"
        + "b = [bytearray(2 << 20) for _ in range(10)]; os.waitpid(os.spawnlp(os.P_NOWAIT, 'true', 'true'), 0)\n"
        + "print('only this'); raise SystemExit(5)";

    @TempDir
    private Path folder;

    @Test
    void json() throws Exception {
        JsonNode report = report(List.of());
        assertEquals(1, report.get("schema").asInt());
        assertEquals(5, report.at("/job/exit_status").asInt());
        assertTrue(report.at("/job/wall_ns").asLong() > 0, report::toString);
        JsonNode calls = report.get("calls");
        for (JsonNode call : calls) {
            for (String key : List.of("name", "disposition", "interception", "count", "median_ns", "p99_ns", "max_ns")) {
                assertTrue(call.has(key), () -> key + " is missing in " + call);
            }
            assertTrue(call.get("count").asLong() > 0, call::toString);
            assertTrue(call.get("median_ns").isNull() || call.get("median_ns").asLong() <= call.get("max_ns").asLong(),
                call::toString);
        }
        assertTrue(count(calls, "getpid", "LWK") >= CALLS, calls::toString);
        assertTrue(count(calls, "getppid", "HERE") >= 100, calls::toString);
        assertTrue(count(calls, "mmap", "LWK") > 0, calls::toString);
        assertTrue(report.get("processes").size() >= 2, report::toString);
        assertTrue(report.get("processes").get(0).get("threads").size() >= 1, report::toString);
        assertTrue(report.get("memory").get("arena_peak_bytes").asLong() >= 20 << 20, report::toString);
        assertTrue(report.get("left_to_linux").isArray(), report::toString);
    }

    /** A program that lives long enough has its sites patched, before its first thread. */
    @Test
    void patchedInterception() throws Exception {
        long patched = 0;
        for (JsonNode call : report(List.of("--intercept=auto")).get("calls")) {
            if (call.get("name").asString().equals("getpid") && call.get("interception").asString().equals("patched")) {
                patched += call.get("count").asLong();
            }
        }
        assertTrue(patched >= CALLS - 100, "getpid from patched sites: " + patched);
    }

    /** Call sites of each form are patched: each function of the program {@code sites} makes another call, 20,000 times. */
    @Test
    void formsOfSites() throws Exception {
        Path file = folder.resolve("sites.json");
        Run run = Job.start(
            Outrigger.run(List.of("--report=" + file), List.of(ConformanceTest.program("sites").toString())), folder,
            Map.of("OUTRIGGER_JVM_FLAGS", "-Doutrigger.patch.after=512"), Path.of("/dev/null"), UUID.randomUUID().toString())
            .await(LIMIT);
        assertEquals(0, run.status(), run::summary);
        JsonNode calls = JsonMapper.shared().readTree(Files.readString(file)).get("calls");
        Map<String, Long> patched = new TreeMap<>();
        for (JsonNode call : calls) {
            if (call.get("interception").asString().equals("patched")) {
                patched.merge(call.get("name").asString(), call.get("count").asLong(), Long::sum);
            }
        }
        for (String name : List.of("getppid", "read", "getuid", "geteuid", "getgid", "getegid", "getpgrp")) {
            assertTrue(patched.getOrDefault(name, 0L) > 15_000, () -> name + " from patched sites: " + calls);
        }
    }

    /** With every call trapped the same program has the same counts and no patched site. */
    @Test
    void trappedInterception() throws Exception {
        JsonNode calls = report(List.of("--intercept=trap")).get("calls");
        assertTrue(count(calls, "getpid", "LWK") >= CALLS, calls::toString);
        for (JsonNode call : calls) {
            assertFalse(call.get("interception").asString().contains("patched"), call::toString);
        }
    }

    @Test
    void textToAFile() throws Exception {
        Path file = folder.resolve("report.txt");
        Run run = run(List.of("--report=" + file));
        assertEquals("only this\n", run.text(), run::summary);
        assertEquals("", run.stderr(), run::summary);
        String text = Files.readString(file);
        assertTrue(text.contains("getpid") && text.contains("LWK"), text);
    }

    @Test
    void textToStandardError() {
        Run run = run(List.of("--report"));
        assertEquals("only this\n", run.text(), run::summary);
        assertTrue(run.stderr().contains("getpid"), run::summary);
    }

    @Test
    void askedForByTheEnvironment() throws Exception {
        Path file = folder.resolve("by-variable.json");
        Run run = Job.start(Outrigger.run(List.of(), List.of("true")), folder, Map.of("OUTRIGGER_REPORT", file.toString()),
            Path.of("/dev/null"), UUID.randomUUID().toString()).await(LIMIT);
        assertEquals(0, run.status(), run::summary);
        assertEquals(1, JsonMapper.shared().readTree(Files.readString(file)).get("schema").asInt());
    }

    @Test
    void whatRunsOnPlainLinuxIsSaid() throws Exception {
        Machine.needs("strace");
        Path file = folder.resolve("left.json");
        Run run = Job.start(Outrigger.run(List.of("--report=" + file), List.of("strace", "-o", "/dev/null", "true")), folder)
            .await(LIMIT);
        assertEquals(0, run.status(), run::summary);
        JsonNode left = JsonMapper.shared().readTree(Files.readString(file)).get("left_to_linux");
        assertTrue(left.size() > 0, left::toString);
    }

    private JsonNode report(List<String> options) throws Exception {
        Machine.needs("python3");
        Path file = folder.resolve("report.json");
        Run run = options.isEmpty() ? run(List.of("--report=" + file)) : run(List.of(options.getFirst(), "--report=" + file));
        assertEquals(5, run.status(), run::summary);
        assertEquals("only this\n", run.text(), run::summary);
        assertTrue(Files.exists(file), run::summary);
        return JsonMapper.shared().readTree(Files.readString(file));
    }

    private Run run(List<String> options) {
        Path python = Path.of("/usr/bin/python3");
        String name = Files.exists(python) ? python.toString() : "python3";
        return Job.start(Outrigger.run(options, List.of(name, "-c", PROGRAM)), folder).await(LIMIT);
    }

    private static long count(JsonNode calls, String name, String disposition) {
        long sum = 0;
        for (JsonNode call : calls) {
            if (call.get("name").asString().equals(name) && call.get("disposition").asString().equals(disposition)) {
                sum += call.get("count").asLong();
            }
        }
        return sum;
    }
}
