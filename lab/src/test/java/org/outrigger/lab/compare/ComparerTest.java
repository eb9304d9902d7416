package org.outrigger.lab.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.host.Syscalls;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.arms.Confinement;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.arms.Workshop;
import org.outrigger.lab.load.Load;

/** Real runs of small programs, on Linux alone. */
class ComparerTest {
    private final Ground ground;
    @TempDir
    private Path folder;
    private final List<String> told = new ArrayList<>();
    private Duration timeout;
    private boolean keepGoing;
    private boolean show;
    private boolean count;
    private Path input = Path.of("/dev/null");
    private String load = "none";
    private List<String> merits = List.of();
    private Runnable atSecondRound = () -> { };

    ComparerTest() throws IOException {
        ground = Workshop.ground();
    }

    /** A comparison binds the process that makes it. */
    @AfterEach
    void unbind() throws IOException {
        Confinement.confine(new Syscalls(), ground.allowed());
    }

    private CompareReport compare(int rounds, String script) throws ArmFailedException {
        return compare(new Comparer(), rounds, script);
    }

    private CompareReport compare(Comparer comparer, int rounds, String script) throws ArmFailedException {
        CompareRequest request = new CompareRequest(List.of("sh", "-c", script, "sh", folder.toString()), input, ground,
                Arm.parse("linux,native"), Load.parse(load), rounds, 0,
                Optional.ofNullable(timeout), FigureOfMerit.parse(merits, List.of()), 0, keepGoing, show, count, List.of());
        return comparer.run(request, new CompareRunner.Progress() {
            @Override
            public void at(int round, String what) {
                if (round == 2) {
                    atSecondRound.run();
                }
            }

            @Override
            public void output(String heading, String output) {
                told.add(heading + "|" + output);
            }
        });
    }

    private static List<Run> runs(CompareReport report, int arm) {
        return report.loads().get(0).arms().get(arm).runs();
    }

    @Test
    void everyRunIsMeasured() throws ArmFailedException, IOException {
        count = true;
        input = Files.writeString(folder.resolve("input"), "17\n");
        merits = List.of("rate (\\S+)", "error (?<error>\\S+)");
        CompareReport report = compare(2, "read n; echo rate $n; echo error 1e-3 >&2; echo . >> $1/ran; sleep 0.05");
        assertEquals(List.of(), told);
        assertTrue(report.complete());
        assertFalse(report.interrupted());
        assertEquals(2, report.rounds());
        for (int arm = 0; arm < 2; arm++) {
            assertEquals(List.of(1, 2), runs(report, arm).stream().map(Run::round).toList());
            assertEquals(List.of(arm, 1 - arm), runs(report, arm).stream().map(Run::turn).toList());
            for (Run run : runs(report, arm)) {
                assertEquals(List.of(17.0, 1e-3), run.merits());
                Usage program = run.program().orElseThrow();
                assertTrue(program.wall() >= 0.05 && program.wall() < run.launched().orElseThrow().wall(), run::toString);
                assertTrue(program.minorFaults() > 0 && program.voluntary() > 0, run::toString);
                assertTrue(run.resident() > 500_000 && run.resident() < 100_000_000, run::toString);
            }
        }
        assertEquals(6, Files.readAllLines(folder.resolve("ran")).size(), "two of each arm, and one each for counting");
        for (ArmFacts arm : report.arms()) {
            if (arm.calls().isEmpty()) {
                System.err.println("SKIPPED: system calls cannot be counted: " + arm.counted());
            } else {
                assertTrue(arm.calls().getAsLong() > 20 && arm.calls().getAsLong() < 2000, arm::toString);
            }
        }
    }

    @Test
    void aRunThatFails() throws ArmFailedException {
        CompareReport report = compare(3, "echo bad; exit 3");
        assertEquals(List.of("linux, round 1: exited with status 3|bad\n"), told);
        assertTrue(report.interrupted());
        assertFalse(report.complete());
        keepGoing = true;
        told.clear();
        report = compare(2, "[ -e $1/once ] || { : > $1/once; kill -9 $$; }");
        assertEquals(List.of("linux, round 1: died of signal 9|"), told);
        assertFalse(report.interrupted());
        assertTrue(report.complete());
        assertEquals(2, runs(report, 0).size());
        assertFalse(runs(report, 0).get(0).good());
    }

    @Test
    void aRunThatTakesTooLong() throws ArmFailedException, IOException {
        timeout = Duration.ofMillis(300);
        CompareReport report = compare(2, "echo begun; sleep 1000.125 & sleep 1000.125");
        assertEquals(1, told.size());
        assertEquals("linux, round 1: ran longer than 0.3 s|begun\n", told.get(0));
        assertEquals(0, Workshop.running("1000.125"));
        assertTrue(report.interrupted());
    }

    @Test
    void withoutTheFigure() throws ArmFailedException {
        merits = List.of("rate (.)");
        compare(2, "echo speed 5");
        assertEquals(List.of("linux, round 1: nothing in the output matches 'rate (.)'|speed 5\n"), told);
        told.clear();
        compare(2, "echo rate x");
        assertEquals(List.of("linux, round 1: the figure of merit 'x' is not a number|rate x\n"), told);
    }

    @Test
    void theOutputIsShownWhenAskedFor() throws ArmFailedException {
        show = true;
        compare(1, "echo out; echo err >&2");
        assertEquals(List.of("linux, round 1|out\nerr\n", "native, round 1|out\nerr\n"), told);
    }

    @Test
    void stopped() throws ArmFailedException {
        Comparer comparer = new Comparer();
        atSecondRound = () -> Thread.ofPlatform().start(comparer::stop);
        count = true;
        CompareReport report = compare(comparer, 50,
                "[ -e $1/first2 ] && sleep 1000; [ -e $1/first1 ] && : > $1/first2; : > $1/first1");
        assertTrue(report.interrupted());
        assertEquals(1, report.rounds());
        assertEquals(List.of(), told, "a run that was cut is no failure");
        assertEquals("the comparison ended before", report.arms().get(0).counted());
    }

    @Test
    void besideALoad() throws ArmFailedException {
        load = "none,cpu";
        CompareReport report = compare(1, "true");
        assertEquals(List.of("none", "cpu"), report.loads().stream().map(one -> one.load().label()).toList());
        assertTrue(report.complete());
        assertEquals("", report.loads().get(0).what());
        assertTrue(report.loads().get(1).what().contains("cpu"), report.loads().get(1).what());
        assertEquals(2, report.verdicts());
    }
}
