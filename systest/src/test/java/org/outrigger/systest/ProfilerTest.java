package org.outrigger.systest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/**
 * perf(1) on a program that makes calls all the time: its call graphs lead through the runtime to the program's functions, by
 * frame pointers and by unwind information, and the runtime's functions have their names.
 */
class ProfilerTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final String RUNTIME = "(/memfd:outrigger (deleted))";

    private Path folder;

    @BeforeEach
    void prepare() throws IOException {
        folder = Files.createTempDirectory("systest-perf-");
    }

    @AfterEach
    void clean() {
        Material.delete(folder);
    }

    @TestFactory
    Stream<DynamicTest> callGraphs() {
        return Stream.of("fp", "dwarf").flatMap(graph -> LwkWay.all().stream()
            .map(way -> dynamicTest(graph + " " + way, () -> callGraph(graph, way))));
    }

    private void callGraph(String graph, LwkWay way) {
        Machine.needs("perf");
        Run check = perf(Map.of(), "record", "-q", "--buildid-mmap", "-e", "cpu-clock:u", "-o", "check.data", "true");
        Machine.skipUnless(check.status() == 0, "perf may not record, or knows no --buildid-mmap: " + check.stderr());
        List<List<String>> natively = samples(graph, LwkWay.NATIVE);
        assertTrue(natively.stream().anyMatch(sample -> has(sample, "main")), () -> "natively: " + shown(natively));

        perf(Map.of(), "buildid-cache", "--add", Outrigger.root().resolve("corert/target/c/runtime.elf").toString());
        List<List<String>> lwk = samples(graph, way).stream().filter(sample -> sample.stream().anyMatch(ProfilerTest::inRuntime)).toList();
        assertTrue(lwk.size() >= 10, () -> "few samples in the runtime: " + shown(lwk));
        assertEquals(List.of(), lwk.stream().flatMap(List::stream).filter(frame -> inRuntime(frame) && frame.contains("[unknown]"))
            .toList(), "frames in the runtime have names");
        // What perf copies of a stack is bounded, and a sample in a function's first instructions misleads it: the most, then.
        List<String> wanted = graph.equals("fp") ? List.of("main") : List.of("inner", "outer", "main");
        List<List<String>> whole = lwk.stream().filter(sample -> wanted.stream().allMatch(name -> has(sample, name))).toList();
        assertTrue(whole.size() * 10 >= lwk.size() * 9,
            () -> whole.size() + " of " + lwk.size() + " samples reach the program: " + shown(lwk));
    }

    /** The samples of the program, innermost frame first, of a run of one second. */
    private List<List<String>> samples(String graph, LwkWay way) {
        String program = ConformanceTest.program("backtrace").toString();
        String data = "perf-" + way + ".data";
        List<String> record = new ArrayList<>(List.of("record", "-q", "--buildid-mmap", "-e", "cpu-clock:u", "-F", "199",
            "--call-graph", graph.equals("dwarf") ? "dwarf,16384" : graph, "-o", data));
        record.addAll(way.command(program, "turns"));
        Run run = perf(way.environment(), record.toArray(String[]::new));
        assertEquals(0, run.status(), run::summary);
        Run script = perf(Map.of(), "script", "-i", data, "--comm", "backtrace", "-F", "ip,sym,dso");
        assertEquals(0, script.status(), script::summary);
        return Stream.of(script.text().split("\n\\s*\n")).map(text -> text.lines().map(String::strip)
            .filter(line -> !line.isEmpty()).toList()).filter(lines -> !lines.isEmpty()).toList();
    }

    private static boolean inRuntime(String frame) {
        return frame.endsWith(RUNTIME);
    }

    private static boolean has(List<String> sample, String name) {
        return sample.stream().anyMatch(line -> line.matches("[0-9a-f]+ " + Pattern.quote(name) + " .*"));
    }

    private static String shown(List<List<String>> samples) {
        return samples.stream().limit(8).map(sample -> String.join("\n", sample)).toList().toString();
    }

    private Run perf(Map<String, String> environment, String... arguments) {
        List<String> line = new ArrayList<>(List.of("perf", "--buildid-dir", folder.resolve("buildid").toString()));
        line.addAll(List.of(arguments));
        Run run = Job.start(line, folder, environment, Path.of("/dev/null"), UUID.randomUUID().toString()).await(LIMIT);
        assertTrue(!run.timedOut(), run::summary);
        return run;
    }
}
