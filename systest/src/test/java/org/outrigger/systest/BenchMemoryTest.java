package org.outrigger.systest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

/** {@code outrigger bench memory} measures what it says, ends in order whatever happens to it, and leaves nothing. */
class BenchMemoryTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final String PROGRAM = "outrigger-memory";
    /** One of each kind, short ones. */
    private static final String ROWS = "gups,chase_1m,malloc_1m,mmap_64k_touch,sparse_2m,brk_64k,null_pair,mmap_64k";
    private static final String[] ONE = {"--quick", "--rounds", "1000", "--rows", "mmap_64k"};

    @TempDir
    private Path folder;

    private Job start(String... options) {
        List<String> line = new ArrayList<>(List.of(Outrigger.command(), "bench", "memory"));
        line.addAll(List.of(options));
        // Short runs would end before the LWK is warm, and until then small pieces of memory are Linux's.
        return Job.start(line, folder, Map.of("OUTRIGGER_JVM_FLAGS", "-Doutrigger.rehearse=0"), Path.of("/dev/null"),
            UUID.randomUUID().toString());
    }

    private static Run ended(Job job, String what) {
        Run run = job.await(LIMIT);
        assertFalse(run.timedOut(), run::summary);
        job.assertNothingLeft(what);
        return run;
    }

    @Test
    void rowsUnderEveryArm() {
        Leftovers before = Leftovers.now();
        Run run = ended(start("--quick", "--json", "--rounds=1", "--table=16M", "--rows=" + ROWS), "the benchmark");
        assertEquals(0, run.status(), run::summary);
        assertEquals("", run.stderr(), "no progress where nobody watches");
        JsonNode root = JsonMapper.shared().readTree(run.text());
        assertEquals("memory", root.get("benchmark").asString());
        assertFalse(root.get("interrupted").asBoolean());
        assertTrue(root.get("lwk_peak_resident_bytes").asLong() > 1 << 20, run::text);
        assertEquals(ROWS.split(",").length, root.get("rows").size());
        for (JsonNode row : root.get("rows")) {
            for (String arm : List.of("native", "native-thp", "lwk")) {
                if (root.get("arms").get(arm).get("left_out").isNull()) {
                    plausible(row.get("arms").get(arm), row.get("row").asString() + " under " + arm);
                }
            }
        }
        JsonNode mapped = root.get("rows").get(3);
        assertEquals("mmap_64k_touch", mapped.get("row").asString());
        assertEquals(16, mapped.get("arms").get("native").get("page_faults").asDouble(), mapped::toString);
        assertTrue(mapped.get("arms").get("lwk").get("page_faults").asDouble() < 16, mapped::toString);
        assertEquals(Set.of(), before.newSince());
    }

    private static void plausible(JsonNode figures, String what) {
        assertTrue(figures.get("failure").isNull(), () -> what + ": " + figures);
        double median = figures.get("median_ns").asDouble();
        // No operation takes less than a tenth of a nanosecond, and none of these takes ten seconds.
        assertTrue(median > 0.1 && median < 1e10, () -> what + ": " + figures);
        assertTrue(figures.get("resident_bytes").asLong() > 0, () -> what + ": " + figures);
        assertTrue(figures.get("peak_resident_bytes").asLong() > 0, () -> what + ": " + figures);
    }

    @Test
    void asText() {
        Run run = ended(start("--quick", "--rounds=1", "--arms=native,lwk", "--rows=chase_16k,chase_4m"), "the benchmark");
        assertEquals(0, run.status(), run::summary);
        assertTrue(run.text().contains("A load of one line in each page"), run::text);
        assertTrue(run.text().contains(" |#"), run::text);
        assertFalse(run.text().contains("native-thp"), run::text);
    }

    @Test
    void tooLittleMemoryIsSaid() {
        Run run = ended(start("--rows=gups", "--table=4194304G"), "a refusal");
        assertEquals(1, run.status(), run::summary);
        assertTrue(run.stderr().matches("outrigger: the row 'gups' needs [0-9]+ GiB of memory, and [0-9.]+ GiB are avail.*\n"),
            run::summary);
        assertEquals("", run.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--rows=nothing", "--table=1", "triad"})
    void badArguments(String word) {
        Run run = ended(start(word), "a refusal");
        assertEquals(2, run.status(), run::summary);
        assertTrue(run.stderr().startsWith("outrigger: "), run::summary);
        assertTrue(run.stderr().contains("Try 'outrigger bench memory --help'"), run::summary);
    }

    @Test
    void aProgramThatIsKilledEndsTheBenchmark() {
        Job job = start(ONE);
        Job.signal(awaitPrograms(job).get(1), "KILL");
        Run run = ended(job, "a killed program");
        assertEquals(1, run.status(), run::summary);
        assertTrue(run.stderr().contains("outrigger: the arm '"), run::summary);
    }

    @Test
    void anInterruptionTellsWhatWasMeasured() {
        Job job = start("--json", "--quick", "--rounds", "1000", "--rows", "null_pair", "--arms", "native,lwk");
        awaitPrograms(job);
        Job.pause(1500);
        job.signal("INT");
        Run run = ended(job, "an interruption");
        assertEquals(130, run.status(), run::summary);
        JsonNode root = JsonMapper.shared().readTree(run.text());
        assertTrue(root.get("interrupted").asBoolean());
        assertFalse(root.get("rows").get(0).get("arms").get("native").get("batches_ns").isEmpty(), run::summary);
    }

    @Test
    void killingTheBenchmarkLeavesNothing() {
        Leftovers before = Leftovers.now();
        Job job = start(ONE);
        awaitPrograms(job);
        job.signal("KILL");
        assertEquals(137, ended(job, "a killed benchmark").status());
        assertEquals(Set.of(), before.newSince());
    }

    /** The measured programs, once there are two. */
    private static List<Long> awaitPrograms(Job job) {
        long end = System.nanoTime() + LIMIT.toNanos();
        List<Long> found = List.of();
        while (found.size() < 2 && job.alive() && System.nanoTime() < end) {
            Job.pause(20);
            found = job.processes().stream().filter(pid -> Processes.executing(List.of(pid), PROGRAM).isPresent()).toList();
        }
        assertTrue(found.size() >= 2, "two programs were not seen");
        return found;
    }
}
