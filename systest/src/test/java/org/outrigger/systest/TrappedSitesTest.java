package org.outrigger.systest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

/** The report tells where calls were made that trapped: in which function of which file, or that it is no file, and why. */
class TrappedSitesTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final int FROM_FUNCTION = 40;
    private static final int FROM_MEMORY = 30;

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> aFunctionAndMemoryWithoutAFileAreNamed() {
        return Stream.of("trapsites", "trapsites-static", "trapsites-nopie").flatMap(name -> Stream.of("auto", "trap")
            .map(mode -> dynamicTest(name + " " + mode, () -> {
                Path program = ConformanceTest.program(name);
                Run natively = Job.start(List.of(program.toString()), folder).await(LIMIT);
                assertEquals(0, natively.status(), natively::summary);
                JsonNode sites = report(List.of("--intercept=" + mode), List.of(program.toString())).get("trapped_sites");
                JsonNode function = site(sites, "function", "named_function_of_sites");
                assertEquals(program.toString(), function.get("mapping").asString());
                assertEquals("restart_syscall", function.get("name").asString());
                assertEquals(FROM_FUNCTION, function.get("count").asInt());
                JsonNode memory = site(sites, "mapping", "[anonymous]");
                assertEquals("getpid", memory.get("name").asString());
                assertEquals(FROM_MEMORY, memory.get("count").asInt());
                assertTrue(memory.get("function").isNull(), memory::toString);
                boolean auto = mode.equals("auto");
                assertEquals(auto ? "this call is never patched" : "nothing is patched in this job",
                    function.get("why").asString());
                assertEquals(auto ? "not in a file" : "nothing is patched in this job", memory.get("why").asString());
            })));
    }

    /** Over forks, execs that fail and that succeed, threads, and a child that is killed: no call is lost or counted twice. */
    @Test
    void allTrappedCallsHaveAPlace() throws Exception {
        Machine.needs("python3", "sh");
        String script = "import os, signal, threading\n"
            + "t = threading.Thread(target=os.getpid); t.start(); t.join()\n"
            + "pid = os.fork()\n"
            + "if pid == 0: os.getppid(); os.kill(os.getpid(), signal.SIGKILL)\n"
            + "os.waitpid(pid, 0); os.system('true; nonesuch 2>/dev/null; exec true'); os.getppid()\n";
        JsonNode report = report(List.of("--intercept=trap"), List.of("python3", "-c", script));
        long calls = 0;
        for (JsonNode call : report.get("calls")) {
            calls += call.get("count").asLong();
        }
        long placed = report.get("trapped_elsewhere").asLong();
        boolean unknown = false;
        for (JsonNode site : report.get("trapped_sites")) {
            placed += site.get("count").asLong();
            unknown |= site.get("mapping").asString().equals("[unknown]");
        }
        assertEquals(calls, placed);
        assertTrue(unknown, "nobody could read the map of the process that was killed");
    }

    @Test
    void theTextNamesThemToo() throws Exception {
        Path file = folder.resolve("report.txt");
        Path program = ConformanceTest.program("trapsites");
        Run run = Job.start(Outrigger.run(List.of("--report=" + file), List.of(program.toString())), folder).await(LIMIT);
        assertEquals(0, run.status(), run::summary);
        String text = Files.readString(file);
        assertTrue(text.matches("(?s).*\n +40  restart_syscall +named_function_of_sites\\+0x[0-9a-f]+ +\\Q" + program
            + "\\E\\+0x[0-9a-f]+ +this call is never patched\n.*"), text);
        assertTrue(text.matches("(?s).*\n +30  getpid +- +\\[anonymous\\]\\+0x[0-9a-f]+ +not in a file\n.*"), text);
    }

    private JsonNode report(List<String> options, List<String> program) throws Exception {
        Path file = folder.resolve("report.json");
        List<String> all = Stream.concat(options.stream(), Stream.of("--report=" + file)).toList();
        Run run = Job.start(Outrigger.run(all, program), folder).await(LIMIT);
        assertEquals(0, run.status(), run::summary);
        return JsonMapper.shared().readTree(Files.readString(file));
    }

    private static JsonNode site(JsonNode sites, String key, String value) {
        return sites.valueStream().filter(site -> value.equals(site.get(key).asString(""))).findFirst()
            .orElseThrow(() -> new AssertionError("no site with " + key + " " + value + " in " + sites));
    }
}
