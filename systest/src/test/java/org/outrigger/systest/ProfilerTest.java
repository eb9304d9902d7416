package org.outrigger.systest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

    /** As docs/debugging.md has it for a command that perf starts. */
    @TestFactory
    Stream<DynamicTest> framePointers() {
        return LwkWay.all().stream().map(way -> dynamicTest("frame pointers " + way, () -> {
            needsPerf();
            List<String> record = new ArrayList<>(List.of("record", "-q", "--buildid-mmap", "-e", "cpu-clock:u", "-F", "199",
                "--call-graph", "fp", "-o", "perf.data"));
            record.addAll(LwkWay.NATIVE.command(program(), "turns"));
            assertEquals(0, perf(Map.of(), record).status());
            mostReach(List.of("main"), samples(List.of()));

            record.subList(record.indexOf("perf.data") + 1, record.size()).clear();
            record.addAll(way.command(program(), "turns"));
            Run run = perf(way.environment(), record);
            assertEquals(0, run.status(), run::summary);
            perf(Map.of(), List.of("buildid-cache", "--add", runtime().toString()));
            mostReach(List.of("main"), inRuntime(samples(List.of())));
        }));
    }

    /** As docs/debugging.md has it for a process that perf attaches to. */
    @TestFactory
    Stream<DynamicTest> unwindInformation() {
        return LwkWay.all().stream().map(way -> dynamicTest("unwind information " + way, () -> {
            needsPerf();
            List<String> wanted = List.of("inner", "outer", "main");
            List<String> record = List.of("record", "-q", "-e", "cpu-clock:u", "-F", "199", "--call-graph", "dwarf,16384", "-o",
                "perf.data", "-p");
            recordAttached(record, LwkWay.NATIVE);
            mostReach(wanted, samples(List.of()));

            Path files = Files.createDirectory(folder.resolve("symfs-" + way));
            try (Stream<Path> roots = Files.list(Path.of("/"))) {
                for (Path root : roots.toList()) {
                    Files.createSymbolicLink(files.resolve(root.getFileName()), root);
                }
            }
            Files.createSymbolicLink(files.resolve("memfd:outrigger (deleted)"), runtime());
            recordAttached(record, way);
            mostReach(wanted, inRuntime(samples(List.of("--symfs", files.toString()))));
        }));
    }

    private void recordAttached(List<String> record, LwkWay way) {
        Job job = Job.start(way.command(program(), "calls"), folder, way.environment(), Path.of("/dev/null"),
            UUID.randomUUID().toString());
        try {
            assertTrue(job.awaitOutput("\n", LIMIT), "no output");
            String pid = new String(job.output(), StandardCharsets.US_ASCII).strip().substring("ready ".length());
            List<String> line = new ArrayList<>(record);
            line.addAll(List.of(pid, "--", "sleep", "3"));
            Run run = perf(Map.of(), line);
            assertEquals(0, run.status(), run::summary);
        } finally {
            job.processes().forEach(pid -> Job.signal(pid, "KILL"));
            job.await(LIMIT);
        }
    }

    private void needsPerf() {
        Machine.needs("perf");
        Run check = perf(Map.of(), List.of("record", "-q", "--buildid-mmap", "-e", "cpu-clock:u", "-o", "check.data", "true"));
        Machine.skipUnless(check.status() == 0, "perf may not record, or knows no --buildid-mmap: " + check.stderr());
    }

    /** A sample in the first or last instructions of a function misleads those who walk frames: the most, then. */
    private static void mostReach(List<String> wanted, List<List<String>> samples) {
        assertTrue(samples.size() >= 10, () -> "few samples: " + shown(samples));
        long whole = samples.stream().filter(sample -> wanted.stream().allMatch(name -> has(sample, name))).count();
        assertTrue(whole * 10 >= samples.size() * 9L,
            () -> whole + " of " + samples.size() + " samples reach the program's functions: " + shown(samples));
    }

    /** Those of the samples that were taken in the runtime, whose functions must have names. */
    private static List<List<String>> inRuntime(List<List<String>> samples) {
        List<List<String>> found = samples.stream().filter(sample -> sample.stream().anyMatch(ProfilerTest::inRuntime)).toList();
        assertEquals(List.of(),
            found.stream().flatMap(List::stream).filter(frame -> inRuntime(frame) && frame.contains("[unknown]")).toList());
        return found;
    }

    /** The samples of the program, innermost frame first. */
    private List<List<String>> samples(List<String> options) {
        List<String> line = new ArrayList<>(List.of("script", "-i", "perf.data", "--comm", "backtrace", "-F", "ip,sym,dso"));
        line.addAll(options);
        Run script = perf(Map.of(), line);
        assertEquals(0, script.status(), script::summary);
        return Stream.of(script.text().split("\n\\s*\n")).map(text -> text.lines().map(String::strip)
            .filter(frame -> !frame.isEmpty()).toList()).filter(frames -> !frames.isEmpty()).toList();
    }

    private static String program() {
        return ConformanceTest.program("backtrace").toString();
    }

    private static Path runtime() {
        return Outrigger.root().resolve("corert/target/c/runtime.elf");
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

    private Run perf(Map<String, String> environment, List<String> arguments) {
        List<String> line = new ArrayList<>(List.of("perf", "--buildid-dir", folder.resolve("buildid").toString()));
        line.addAll(arguments);
        Run run = Job.start(line, folder, environment, Path.of("/dev/null"), UUID.randomUUID().toString()).await(LIMIT);
        assertTrue(!run.timedOut(), run::summary);
        return run;
    }
}
