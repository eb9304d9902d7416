package org.outrigger.systest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Several processes of one program: what they are told, how their cores, lines and statuses come together. */
class RanksTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    @TempDir
    private Path folder;

    @Test
    void variables() {
        Run run = ranks("-n", "2", "sh", "-c", "echo $OUTRIGGER_RANK $OUTRIGGER_RANKS $OUTRIGGER_LOCAL_RANK");
        assertEquals(0, run.status(), run::summary);
        assertEquals(Set.of("0 2 0", "1 2 1"), Set.copyOf(run.text().lines().toList()), run::summary);
        assertEquals("", run.stderr(), run::summary);
    }

    @Test
    void moreRanksThanCores() {
        int ranks = Machine.allowedCpus().size() + 3;
        Run run = ranks("--ranks", Integer.toString(ranks), "sh", "-c", "echo $OUTRIGGER_RANK; sleep 0.1");
        Set<String> expected = new HashSet<>();
        for (int rank = 0; rank < ranks; rank++) {
            expected.add(Integer.toString(rank));
        }
        assertEquals(expected, Set.copyOf(run.text().lines().toList()), run::summary);
        assertEquals(ranks, run.text().lines().count(), run::summary);
    }

    @Test
    void highestExitStatus() {
        assertEquals(7, ranks("-n", "3", "sh", "-c", "exit $((OUTRIGGER_RANK == 1 ? 7 : OUTRIGGER_RANK))").status());
        assertEquals(143, ranks("-n", "2", "sh", "-c", "[ $OUTRIGGER_RANK = 0 ] && kill -TERM $$; exit 3").status());
        assertEquals(0, ranks("-n", "2", "true").status());
    }

    /** Every line carries the number of its rank, also a last one without line feed, and no line is torn. */
    @Test
    void labels() {
        Run run = Job.start(Outrigger.run(List.of("-n", "2", "--label"), List.of("sh", "-c",
            "for i in 1 2 3 4 5; do printf 'part '; printf 'and part %s of r%s\\n' $i $OUTRIGGER_RANK; done;"
                + " echo err r$OUTRIGGER_RANK >&2; printf 'open end r%s' $OUTRIGGER_RANK")), folder).await(LIMIT);
        assertEquals(0, run.status(), run::summary);
        Pattern labelled = Pattern.compile("(\\D*)(\\d+)(\\D*)((?:part and part \\d of|open end) r(\\d+))");
        Map<String, Integer> lines = new HashMap<>();
        for (String line : run.text().lines().toList()) {
            Matcher matcher = labelled.matcher(line);
            assertTrue(matcher.matches(), () -> "not a labelled line: '" + line + "'\n" + run.summary());
            assertEquals(matcher.group(5), matcher.group(2), () -> "label of '" + line + "'");
            lines.merge(matcher.group(2), 1, Integer::sum);
        }
        assertEquals(Map.of("0", 6, "1", 6), lines, run::summary);
    }

    @Test
    void linesAreNotLabelledUnasked() {
        Run run = ranks("-n", "2", "echo", "plain");
        assertEquals("plain\nplain\n", run.text(), run::summary);
    }

    /** What a rank prints is there while it still runs: nothing on the way holds it back. */
    @Test
    void outputIsNotHeldBack() {
        for (List<String> options : List.of(List.of("-n", "2"), List.of("-n", "2", "--label"))) {
            Job job = Job.start(Outrigger.run(options, List.of("sh", "-c", "echo early; sleep 3; echo late")), folder);
            assertTrue(job.awaitOutput("early", LIMIT), "the first line");
            assertFalse(new String(job.output()).contains("late"), "the first line comes before the last");
            assertEquals(0, job.await(LIMIT).status());
        }
    }

    @Test
    void coresAreSharedOut() {
        List<Integer> cores = Machine.defaultLwkCpus();
        Run run = ranks("-n", Integer.toString(cores.size()), "sh", "-c", "grep Cpus_allowed_list /proc/self/status; nproc");
        Set<String> lists = new TreeSet<>(run.text().lines().filter(line -> line.startsWith("Cpus")).toList());
        assertEquals(0, run.status(), run::summary);
        assertEquals(cores.size(), lists.size(), () -> "each rank has cores of its own: " + run.summary());
    }

    /** A rank that dies early takes no other with it, and the terminal's signals reach all. */
    @Test
    void oneRankMayFail() {
        Run run = ranks("-n", "2", "sh", "-c", "[ $OUTRIGGER_RANK = 0 ] && kill -KILL $$; sleep 0.5; echo still here");
        assertEquals(137, run.status(), run::summary);
        assertEquals("still here\n", run.text(), run::summary);
        Job job = Job.start(Outrigger.run(List.of("-n", "2"), List.of("sh", "-c", "echo up; exec sleep 60")), folder);
        assertTrue(job.awaitOutput("up\nup", LIMIT), "both ranks started");
        job.signal("TERM");
        assertEquals(143, job.await(LIMIT).status());
        job.assertNothingLeft("ranks ended by a signal");
    }

    private Run ranks(String option, String number, String... program) {
        List<String> line = new ArrayList<>(List.of(option, number));
        return Job.start(Outrigger.run(line, List.of(program)), folder).await(LIMIT);
    }
}
