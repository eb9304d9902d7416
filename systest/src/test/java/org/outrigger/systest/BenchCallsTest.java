package org.outrigger.systest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** {@code outrigger bench calls} measures what it says, ends in order whatever happens to it, and leaves nothing. */
class BenchCallsTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final List<String> ARMS = List.of("native", "lwk", "trap");
    private static final int FEWEST_ROWS = 25;
    private static final String PROGRAM = "outrigger-calls";
    /** Long enough to be still measuring when something is done to it. */
    private static final String[] LONG = {"--quick", "--rounds", "1000"};

    @TempDir
    private Path folder;

    private Job start(String... options) {
        List<String> line = new ArrayList<>(List.of(Outrigger.command(), "bench", "calls"));
        line.addAll(List.of(options));
        return Job.start(line, folder, Map.of(), Path.of("/dev/null"), UUID.randomUUID().toString());
    }

    private static Run ended(Job job, String what) {
        Run run = job.await(LIMIT);
        assertFalse(run.timedOut(), run::summary);
        job.assertNothingLeft(what);
        return run;
    }

    @Test
    void everyRowUnderEveryArm() {
        Leftovers before = Leftovers.now();
        Run run = ended(start("--quick", "--json"), "the benchmark");
        assertEquals(0, run.status(), run::summary);
        assertEquals("", run.stderr(), "no progress where nobody watches");
        JsonNode root = JsonMapper.shared().readTree(run.text());
        assertEquals(1, root.get("schema").asInt());
        assertFalse(root.get("interrupted").asBoolean());
        assertEquals(root.get("rounds_wanted").asInt(), root.get("rounds").asInt());
        for (String fact : List.of("kernel", "cpu", "lwk_cores", "linux_cores", "transparent_huge_pages", "java")) {
            assertFalse(root.get("environment").get(fact).asString().isBlank(), fact);
        }
        assertTrue(root.get("rows").size() >= FEWEST_ROWS, () -> root.get("rows").size() + " rows");
        for (JsonNode row : root.get("rows")) {
            if (row.get("row").asString().equals("round_trip")) { // of the machine alone
                plausible(row.get("arms").get("native"), "round trip");
                continue;
            }
            for (String arm : ARMS) {
                plausible(row.get("arms").get(arm), row.get("row").asString() + " under " + arm);
            }
            assertTrue(row.get("ratios").get("lwk_to_native").get("ratio").asDouble() > 0, row::toString);
        }
        assertEquals(Set.of(), before.newSince());
    }

    private static void plausible(JsonNode figures, String what) {
        assertTrue(figures.get("failure").isNull(), () -> what + ": " + figures);
        assertFalse(figures.get("batches_ns").isEmpty(), () -> what + ": " + figures);
        double median = figures.get("median_ns").asDouble();
        // No call takes less than a nanosecond, and none of these takes ten seconds.
        assertTrue(median > 1 && median < 1e10, () -> what + ": " + figures);
        assertTrue(figures.get("min_ns").asDouble() <= median && median <= figures.get("max_ns").asDouble(),
            () -> what + ": " + figures);
        JsonNode single = figures.get("single");
        if (single.get("count").asLong() > 0) {
            assertTrue(single.get("max_ns").asDouble() > 0, () -> what + ": " + figures);
            assertTrue(single.get("p50_ns").isNull() || single.get("p50_ns").asDouble() <= single.get("max_ns").asDouble(),
                () -> what + ": " + figures);
        }
    }

    @Test
    void chosenRowsAndArmsAsText() {
        Run run = ended(start("--quick", "--rows", "getpid,first_100", "--arms", "lwk,native"), "the benchmark");
        assertEquals(0, run.status(), run::summary);
        assertTrue(run.text().contains("null call (getpid)"), run::text);
        assertTrue(run.text().contains("first 100 null calls"), run::text);
        assertFalse(run.text().contains("sched_yield"), run::text);
        assertFalse(run.text().contains("trap  "), run::text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--rows=nothing", "--arms=all", "--rounds=0", "--cpus=99999", "getpid"})
    void badArguments(String word) {
        Run run = ended(start(word), "a refusal");
        assertEquals(2, run.status(), run::summary);
        assertTrue(run.stderr().startsWith("outrigger: "), run::summary);
        assertTrue(run.stderr().contains("Try 'outrigger bench calls --help'"), run::summary);
        assertEquals("", run.text());
    }

    /** Each of the measured programs in turn is killed. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aProgramThatIsKilledEndsTheBenchmark(int number) {
        Job job = start(LONG);
        List<Long> programs = await(job, PROGRAM, 3);
        Job.signal(programs.get(number), "KILL");
        Run run = ended(job, "a killed program");
        assertEquals(1, run.status(), run::summary);
        assertTrue(run.stderr().matches("(?s).*outrigger: the arm '(native|lwk|trap)' .*"), run::summary);
        assertEquals("", run.text());
    }

    /** The program goes on under plain Linux then; what is measured from then on would be called the LWK's. */
    @Test
    void anLwkThatIsKilledEndsTheBenchmark() {
        Job job = start(LONG);
        await(job, PROGRAM, 4);
        List<Long> machines = executing(job, "java").stream().filter(pid -> pid != job.pid()).toList();
        Job.signal(machines.get(0), "KILL");
        Run run = ended(job, "a killed LWK");
        assertEquals(1, run.status(), run::summary);
        assertTrue(run.stderr().contains("the arm '"), run::summary);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void anInterruptionTellsWhatWasMeasured(String signal) {
        Job job = start("--json", "--quick", "--rounds", "1000", "--rows", "getpid,first_100");
        await(job, PROGRAM, 3);
        Job.pause(2000);
        job.signal(signal);
        Run run = ended(job, "an interruption");
        assertEquals(signal.equals("INT") ? 130 : 143, run.status(), run::summary);
        JsonNode root = JsonMapper.shared().readTree(run.text());
        assertTrue(root.get("interrupted").asBoolean());
        assertFalse(root.get("rows").get(0).get("arms").get("native").get("batches_ns").isEmpty(), run::summary);
    }

    @Test
    void killingTheBenchmarkLeavesNothing() {
        Leftovers before = Leftovers.now();
        Job job = start(LONG);
        await(job, PROGRAM, 3);
        job.signal("KILL");
        assertEquals(137, ended(job, "a killed benchmark").status());
        assertEquals(Set.of(), before.newSince());
    }

    /** The processes of the job that execute a file of this name, once there are so many. */
    private static List<Long> await(Job job, String name, int count) {
        long end = System.nanoTime() + LIMIT.toNanos();
        List<Long> found = executing(job, name);
        while (found.size() < count && job.alive() && System.nanoTime() < end) {
            Job.pause(20);
            found = executing(job, name);
        }
        int there = found.size();
        assertTrue(there >= count, () -> "only " + there + " of " + count + " processes of " + name + " were seen");
        return found;
    }

    private static List<Long> executing(Job job, String name) {
        return job.processes().stream().filter(pid -> Processes.executing(List.of(pid), name).equals(Optional.of(pid))).toList();
    }
}
