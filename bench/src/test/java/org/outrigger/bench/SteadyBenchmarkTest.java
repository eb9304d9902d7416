package org.outrigger.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SteadyBenchmarkTest {

    private static final long WARM_UP = 200_000;
    private static final long CALLS = 500_000;
    /** Bytes that a downcall makes once when it is compiled meanwhile; one object in each thousandth call would be more. */
    private static final long ONCE = 1000;

    @TempDir
    private Path dir;

    /** The promise of the design, on the real product: whoever adds an allocation or a lock to the loop's path breaks this. */
    @Test
    void theWarmLoopAllocatesNothingAndWaitsForNobody() throws Exception {
        SteadyRun run = SteadyRun.of(LaunchBenchmark.outriggerCommand(), WARM_UP, CALLS, dir);
        SteadyFigures figures = LoopRecording.read(run.recording(), run.begin(), run.end());
        String table = SteadyBenchmark.text(run, figures);
        assertTrue(run.servedByTheLwk() && figures.conclusive(), table);
        assertTrue(figures.allocatedBytes() <= (figures.compilations() == 0 ? 0 : ONCE), table);
        assertEquals(0, figures.collections(), table);
        assertEquals(0, figures.waits(), table);
        assertEquals(0, figures.deoptimisations(), table);
    }

    @Test
    void theTableTellsWhatIsNotMet() {
        SteadyRun run = new SteadyRun(Instant.EPOCH, Instant.EPOCH.plusMillis(1500), 700, 900, 3, dir);
        SteadyFigures figures = new SteadyFigures(1, 5, 32, 0, 0, 0, 0, 4, 2, Map.of("org.outrigger.X.y:7 (Z)", 2));
        String table = SteadyBenchmark.text(run, figures);
        assertTrue(table.startsWith("700 calls of getpid, "), table);
        assertTrue(table.contains("\n1.500 s between the first call and the last; 5 readings of one kernel loop\n"), table);
        assertTrue(table.matches("(?s).*\nbytes allocated by the loop +32 +0  not met\n.*"), table);
        assertTrue(table.matches("(?s).*\ngarbage collections +0 +0  met\n.*"), table);
        assertTrue(table.endsWith("\n     2 x org.outrigger.X.y:7 (Z)\n"), table);
    }

    @Test
    void aShortOrForeignRunShowsNothing() {
        SteadyRun run = new SteadyRun(Instant.EPOCH, Instant.EPOCH.plusMillis(1), 700, 6, 0, dir);
        String table = SteadyBenchmark.text(run, new SteadyFigures(1, 2, 0, 0, 0, 0, 0, 0, 0, Map.of()));
        assertTrue(table.contains("too short to tell") && !table.contains("  met\n"), table);
        assertTrue(table.endsWith("The LWK did not answer all of these calls: the table shows nothing.\n"), table);
    }

    @Test
    void badArgumentsAreRefused() throws Exception {
        for (String[] args : new String[][] {{"0"}, {"x"}, {"-n", "5"}, {"--jason"}}) {
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            assertEquals(2, SteadyBenchmark.run(List.of(args), System.out, new PrintStream(err, true)));
            assertTrue(err.toString().startsWith("bench-steady: bad arguments: " + String.join(" ", args) + "\nUsage: "));
        }
    }
}
