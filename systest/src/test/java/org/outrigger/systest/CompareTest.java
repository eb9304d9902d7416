package org.outrigger.systest;

import java.io.IOException;
import java.nio.file.Files;
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

/** {@code outrigger compare} compares real programs on Linux and on the LWK, ends in order, and leaves nothing. */
class CompareTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final int ROUNDS = 3;

    @TempDir
    private Path folder;

    private Job start(String... words) {
        List<String> line = new ArrayList<>(List.of(Outrigger.command(), "compare"));
        line.addAll(List.of(words));
        return Job.start(line, folder, Map.of(), Path.of("/dev/null"), UUID.randomUUID().toString());
    }

    private static Run ended(Job job, String what) {
        Run run = job.await(LIMIT);
        assertFalse(run.timedOut(), run::summary);
        job.assertNothingLeft(what);
        return run;
    }

    @Test
    void linuxAndTheLwk() throws IOException {
        Leftovers before = Leftovers.now();
        Files.writeString(folder.resolve("in"), "12.5\n");
        Path rows = Files.createDirectory(folder.resolve("rows"));
        String program = "fork or exit; wait; my $b = \"x\" x (8 << 20); print \"rate \", <STDIN>";
        Run run = ended(start("-r", "" + ROUNDS, "--json", "--stdin", "in", "--csv", rows.toString(), "--html",
            "page.html",
            "--fom", "rate (?<rate>\\S+)", "--", "perl", "-e", program), "the comparison");
        assertEquals(0, run.status(), run::summary);
        assertEquals("", run.stderr(), "no progress where nobody watches, no output of the program");
        JsonNode root = JsonMapper.shared().readTree(run.text());
        assertEquals(ROUNDS, root.get("rounds").asInt());
        assertFalse(root.get("interrupted").asBoolean());
        List<String> figures = new ArrayList<>();
        for (JsonNode finding : root.get("findings")) {
            figures.add(finding.get("figure").asString());
            assertEquals("no difference", finding.get("verdict").asString(), "three rounds support no claim");
            assertTrue(finding.get("sentence").asString().contains("no difference"), finding::toString);
            assertEquals("lwk", finding.get("arm").asString());
            assertEquals("linux", finding.get("baseline").asString());
        }
        assertEquals(List.of("rate", "wall_s", "launched_wall_s"), figures);
        assertEquals(1.0, root.at("/findings/0/ratio").asDouble());
        for (JsonNode arm : root.at("/loads/0/arms")) {
            assertEquals(ROUNDS, arm.get("runs").size());
            for (JsonNode one : arm.get("runs")) {
                assertTrue(one.get("failure").isNull(), one::toString);
                assertEquals(12.5, one.get("rate").asDouble());
                assertTrue(one.get("wall_s").asDouble() > 0.001, one::toString);
                assertTrue(one.get("launched_wall_s").asDouble() > one.get("wall_s").asDouble(), one::toString);
                assertTrue(one.get("user_s").asDouble() + one.get("system_s").asDouble() > 0.001, one::toString);
                assertTrue(one.get("max_resident_bytes").asLong() > 8 << 20, one::toString);
                assertTrue(one.get("minor_faults").asLong() > 100, one::toString);
            }
        }
        JsonNode linux = root.at("/loads/0/arms/0/figures");
        JsonNode lwk = root.at("/loads/0/arms/1/figures");
        // The JVM of the LWK alone takes more CPU time than this program.
        assertTrue(lwk.at("/launched_cpu_s/min").asDouble() > linux.at("/launched_cpu_s/max").asDouble() + 0.02, lwk::toString);
        // Both count the calls of the parent and of its child.
        assertTrue(root.at("/arms/1/system_calls").asInt() > 100, root.get("arms")::toString);
        assertEquals("the LWK's report", root.at("/arms/1/system_calls_by").asString());
        if (root.at("/arms/0/system_calls").isNull()) {
            System.err.println("SKIPPED: native system calls cannot be counted: " + root.at("/arms/0/system_calls_by"));
        } else {
            assertEquals(1.0, root.at("/arms/1/system_calls").asDouble() / root.at("/arms/0/system_calls").asDouble(), 0.2);
        }
        String page = Files.readString(folder.resolve("page.html"));
        assertTrue(page.contains("Comparison of perl -e fork or exit;") && page.endsWith("</html>\n"), page);
        assertEquals(1 + 2 * ROUNDS, Files.readAllLines(rows.resolve("runs.csv")).size());
        assertEquals(Set.of(), before.newSince());
    }

    /** Two equal arms, and rounds enough to claim something: almost always there is nothing to claim. */
    @Test
    void equalArms() {
        Run run = ended(start("--arms", "native,native", "-r", "8", "--no-calls", "--threshold", "300", "--", "true"),
                "an A/A test");
        assertEquals(0, run.status(), run::summary);
        assertTrue(run.text().contains("\nwall time: no difference above 300 % between native#2 and native"), run::text);
        assertTrue(run.text().matches("(?s).*\nmedian of runs +native +native#2 +native#2/native\n.*"), run::text);
    }

    /** A figure that differs in every round: how many CPUs the program may use. */
    @Test
    void aDifferenceIsFound() {
        Machine.skipUnless(Machine.allowedCpus().size() > 1, "with one CPU there is no difference to be found");
        Run run = ended(start("--arms", "linux,native", "-r", "7", "--no-calls", "--fom", "(\\d+)", "--fom-better", "lower", "--",
            "nproc"), "a comparison");
        assertEquals(0, run.status(), run::summary);
        assertTrue(run.text().contains("\nfom: native is faster than linux: "), run::text);
    }

    @Test
    void aRunThatFails() {
        Run run = ended(start("--arms", "native,lwk", "-w", "0", "--", "sh", "-c", "echo why; exit 3"), "a failure");
        assertEquals(1, run.status(), run::summary);
        assertEquals("outrigger: native, round 1: exited with status 3\nwhy\n", run.stderr());
        run = ended(start("--arms", "lwk,native", "-w", "0", "-r", "1", "--keep-going", "--no-calls", "--", "sh", "-c",
                "kill -9 $$"),
            "failures");
        assertEquals(1, run.status(), run::summary);
        assertTrue(run.stderr().contains("outrigger: lwk, round 1: died of signal 9\n"), run::summary);
        assertTrue(run.text().endsWith("\nNo run counts, so there is nothing to compare.\n"), run::text);
    }

    @Test
    void aRunThatTakesTooLong() {
        Run run = ended(start("--arms", "lwk,native", "-w", "0", "--timeout", "2", "--", "sh", "-c",
                "sleep 300 & exec sleep 301"),
            "a run that took too long");
        assertEquals(1, run.status(), run::summary);
        assertEquals("outrigger: lwk, round 1: ran longer than 2.0 s\n", run.stderr());
    }

    @Test
    void whatCannotBe() {
        Run run = ended(start("--", "/nowhere/program"), "a refusal");
        assertEquals(127, run.status(), run::summary);
        assertEquals("outrigger: /nowhere/program: No such file or directory\n", run.stderr());
        run = ended(start("--arms", "linux,bsd", "--", "true"), "a refusal");
        assertEquals(125, run.status(), run::summary);
        assertTrue(run.stderr().startsWith("outrigger: --arms: there is no arm 'bsd'; there are linux, "), run::summary);
        run = ended(start("--fom", "(", "--", "true"), "a refusal");
        assertEquals(125, run.status(), run::summary);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM", "KILL"})
    void anInterruption(String signal) throws IOException {
        Leftovers before = Leftovers.now();
        Path count = folder.resolve("count");
        Job job = start("--arms", signal.equals("TERM") ? "lwk,lwk" : "native,native", "-r", "500", "-w", "0", "--json", "--",
                "sh", "-c",
            "echo >> " + count + "; sleep 0.1");
        long end = System.nanoTime() + LIMIT.toNanos();
        while ((!Files.exists(count) || Files.readAllLines(count).size() < 4) && job.alive() && System.nanoTime() < end) {
            Job.pause(20);
        }
        job.signal(signal);
        Run run = ended(job, "an interruption");
        assertEquals(128 + Map.of("INT", 2, "TERM", 15, "KILL", 9).get(signal), run.status(), run::summary);
        if (!signal.equals("KILL")) {
            JsonNode root = JsonMapper.shared().readTree(run.text());
            assertTrue(root.get("interrupted").asBoolean());
            assertTrue(root.get("rounds").asInt() >= 1, run::summary);
            assertEquals("", run.stderr());
        }
        assertEquals(Set.of(), before.newSince());
    }
}
