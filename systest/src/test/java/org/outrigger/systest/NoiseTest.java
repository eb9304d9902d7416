package org.outrigger.systest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** {@code outrigger noise} measures under every arm, and leaves the machine as it found it, whatever happens to it. */
class NoiseTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final List<String> ARMS = List.of("linux", "native", "linux+cgroup", "linux+tuned", "lwk", "lwk+fifo",
            "lwk+isolated");

    @TempDir
    private Path folder;

    private Job start(String... options) {
        List<String> line = new ArrayList<>(List.of(Outrigger.command(), "noise"));
        line.addAll(List.of(options));
        return Job.start(line, folder, Map.of(), Path.of("/dev/null"), UUID.randomUUID().toString());
    }

    private static Run ended(Job job, String what) {
        Run run = job.await(LIMIT);
        assertFalse(run.timedOut(), run::summary);
        job.assertNothingLeft(what);
        return run;
    }

    /** What arms may change: each file that tells it, with its text. */
    private static Map<String, String> machine() throws IOException {
        Map<String, String> state = new TreeMap<>();
        List<Path> files = new ArrayList<>(List.of(Path.of("/proc/sys/kernel/sched_rt_runtime_us"),
            Path.of("/sys/devices/virtual/workqueue/cpumask")));
        try (Stream<Path> interrupts = Files.list(Path.of("/proc/irq"))) {
            interrupts.map(one -> one.resolve("smp_affinity_list")).forEach(files::add);
        }
        for (Path file : files) {
            if (Files.isReadable(file)) {
                state.put(file.toString(), String.join("\n", Files.readAllLines(file)));
            }
        }
        return state;
    }

    @Test
    void everyArmAndNothingLeft() throws IOException {
        Leftovers before = Leftovers.now();
        Map<String, String> machine = machine();
        Path csv = Files.createDirectory(folder.resolve("csv"));
        Run run = ended(start("--json", "--quick", "--rounds=1", "--work=14", "--arms=" + String.join(",", ARMS),
            "--load=none,cpu", "--csv=csv", "--raw=csv", "--html=page.html"), "the measurement");
        assertEquals(0, run.status(), run::summary);
        assertEquals("", run.stderr(), run::summary);
        JsonNode root = JsonMapper.shared().readTree(run.text());
        assertEquals(1, root.get("schema").asInt());
        assertFalse(root.get("interrupted").asBoolean());
        assertFalse(root.get("environment").get("boot_parameters").asString().isBlank());
        assertEquals(2 * ARMS.size(), root.get("cells").size());
        for (JsonNode cell : root.get("cells")) {
            String what = cell.get("arm").asString() + " beside " + cell.get("load").asString();
            assertTrue(ARMS.contains(cell.get("arm").asString()), what);
            assertTrue(cell.get("values").asInt() > 1000, () -> what + ": " + cell);
            double least = cell.get("min_ns").asDouble();
            assertTrue(least > 100 && least <= cell.get("median_ns").get("value").asDouble(), () -> what + ": " + cell);
            assertTrue(cell.get("median_ns").get("value").asDouble() <= cell.get("max_ns").asDouble(), () -> what + ": " + cell);
            assertTrue(cell.get("noise_ratio").get("value").asDouble() >= 0, () -> what + ": " + cell);
            assertEquals(1, cell.get("rounds").size(), what);
        }
        int values = root.get("cells").valueStream().mapToInt(cell -> cell.get("values").asInt()).sum();
        assertEquals(values + 1, Files.readAllLines(csv.resolve("values.csv")).size());
        String page = Files.readString(folder.resolve("page.html"));
        assertTrue(page.contains("lwk+fifo, load cpu") && page.endsWith("</html>\n"), () -> page.substring(0, 1000));
        assertTrue(page.contains("No value was left out."), "in the page, too");
        try (Stream<Path> raw = Files.list(csv)) {
            assertEquals(2L * ARMS.size() * root.get("lwk_cores").asString().split(",").length,
                raw.filter(file -> file.toString().endsWith("_times.dat")).count());
        }
        assertEquals(machine, machine());
        assertEquals(Set.of(), before.newSince());
    }

    /** Of the other two loops a run each, on the LWK. */
    @ParameterizedTest
    @ValueSource(strings = {"ftq", "selfish"})
    void theOtherLoops(String kernel) {
        Run run = ended(start("--quick", "--rounds=1", "--kernel", kernel, "--arms=lwk", "--load=none"), "the measurement");
        assertEquals(0, run.status(), run::summary);
        assertTrue(run.text().matches("(?s).*\nlwk +[0-9]+ .*"), run::text);
    }

    /** A machine whose interrupts were moved and whose load goes on must not stay so when nobody is there to put it back. */
    @ParameterizedTest
    @ValueSource(strings = {"KILL", "INT", "TERM"})
    void theMachineIsPutBack(String signal) throws IOException {
        Leftovers before = Leftovers.now();
        Map<String, String> machine = machine();
        Job job = start("--json", "--arms=linux+tuned,linux+cgroup", "--load=none,fork", "--rounds=1000", "--duration=0.3",
            "--work=14");
        long end = System.nanoTime() + LIMIT.toNanos();
        while (job.alive() && System.nanoTime() < end
                && job.processes().stream().noneMatch(pid -> Processes.commandLine(pid).contains("outrigger-noise"))) {
            Job.pause(20);
        }
        Job.pause(1000);
        job.signal(signal);
        Run run = ended(job, "SIG" + signal);
        assertEquals(switch (signal) {
            case "KILL" -> 137;
            case "INT" -> 130;
            default -> 143;
        }, run.status(), run::summary);
        if (!signal.equals("KILL")) {
            JsonNode root = JsonMapper.shared().readTree(run.text());
            assertTrue(root.get("interrupted").asBoolean());
            assertTrue(root.get("cells").valueStream().anyMatch(cell -> cell.get("values").asInt() > 0), run::summary);
        }
        assertEquals(machine, machine());
        assertEquals(Set.of(), before.newSince());
    }

    @Test
    void aLoadThatFailsEndsTheMeasurement() {
        Run run = ended(start("--quick", "--arms=native", "--load=echo not this; exit 3"), "a failed load");
        assertEquals(1, run.status(), run::summary);
        assertEquals("outrigger: the load 'echo not this; exit 3' has ended with status 1: not this\n", run.stderr());
        assertEquals("", run.text());
    }

    /** Real time reaches the program's threads and children, and is there only when it is asked for. */
    @Test
    void realTime() {
        String policy = "cut -d' ' -f40,41 /proc/self/stat";
        Run natively = Job.start(List.of("chrt", "-f", "1", "sh", "-c", policy), folder).await(LIMIT);
        Machine.skipUnless(natively.status() == 0, "real time is not permitted here");
        Run alone = Job.start(Outrigger.run(List.of("--sched=fifo"), List.of("sh", "-c", "exec " + policy)), folder)
            .await(LIMIT);
        assertEquals(natively.text(), alone.text(), alone::summary);
        // Two that share the core take turns (SCHED_RR, 2), as soon as the LWK knows of both.
        Run shared = Job.start(Outrigger.run(List.of("--sched=fifo"), List.of("sh", "-c", policy + " & wait")), folder)
            .await(LIMIT);
        assertTrue(shared.text().matches("1 [12]\n"), shared::summary);
        assertEquals("0 0\n", Job.start(Outrigger.run(List.of(), List.of("sh", "-c", policy)), folder).await(LIMIT).text());
    }
}
