package org.outrigger.systest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Many launches leave nothing behind; the death of the JVM, at whatever moment, costs the program nothing. */
class LifecycleTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final int QUICK_LAUNCHES = 50;
    private static final int ALL_LAUNCHES = 1000;
    private static final int QUICK_KILLS = 20;
    private static final int ALL_KILLS = 200;

    @TempDir
    private Path folder;

    @Test
    void manyLaunchesLeaveNothing() {
        String program = ConformanceTest.program("forkthread").toString();
        Run natively = Job.start(List.of(program), folder).await(LIMIT);
        assertEquals(0, natively.status(), natively::summary);
        Leftovers before = Leftovers.now();
        String marker = UUID.randomUUID().toString();
        int launches = Machine.quickOrLong(QUICK_LAUNCHES, ALL_LAUNCHES);
        for (int launch = 0; launch < launches; launch++) {
            Job job = Job.start(Outrigger.run(List.of(), List.of(program)), folder, Map.of(), Path.of("/dev/null"), marker);
            Run run = job.await(LIMIT);
            String which = "launch " + launch + ": ";
            assertFalse(run.timedOut(), () -> which + run.summary());
            assertEquals(natively.status(), run.status(), () -> which + run.summary());
            assertEquals(natively.text(), run.text(), () -> which + run.summary());
            job.assertNothingLeft(which);
        }
        Set<String> fresh = before.newSince();
        assertTrue(fresh.isEmpty(), () -> launches + " launches left behind: " + fresh);
    }

    /** The moments are drawn over the whole life of the run; the seed is printed, to repeat a failure. */
    @Test
    void killingTheJvmLosesNothing() throws Exception {
        String program = ConformanceTest.program("counter").toString();
        byte[] expected = Job.start(List.of(program), folder).await(LIMIT).stdout();
        assertTrue(expected.length > 0, "counter prints something natively");
        List<String> line = Outrigger.run(List.of(), List.of(program));
        long start = System.nanoTime();
        Run undisturbed = Job.start(line, folder).await(LIMIT);
        long life = Math.max(100_000_000L, System.nanoTime() - start);
        assertArrayEquals(expected, undisturbed.stdout(), undisturbed::summary);
        Long seed = Long.getLong("outrigger.seed", System.nanoTime());
        System.err.println("killingTheJvmLosesNothing: -Doutrigger.seed=" + seed);
        Random random = new Random(seed);
        int killed = 0;
        for (int attempt = 0; attempt < Machine.quickOrLong(QUICK_KILLS, ALL_KILLS); attempt++) {
            Job job = Job.start(line, folder);
            Optional<Long> jvm = jvmOf(job);
            long wait = (long) (random.nextDouble() * life);
            Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
            boolean started = job.output().length > 0;
            if (jvm.isPresent() && job.alive()) {
                Job.signal(jvm.get(), "KILL");
                killed++;
            }
            Run run = job.await(LIMIT);
            String which = "attempt " + attempt + ", killed after " + wait / 1000 + " us: ";
            assertFalse(run.timedOut(), () -> which + run.summary());
            job.assertNothingLeft(which);
            if (!started && run.stdout().length == 0 && run.status() == 125) {
                // Before the program was started there was nothing to lose: the launcher says that the run is off.
                assertFalse(run.stderr().isBlank(), () -> which + "the launcher says what happened");
            } else {
                assertEquals(0, run.status(), () -> which + run.summary());
                assertArrayEquals(expected, run.stdout(), () -> which + run.summary());
            }
        }
        Machine.skipUnless(killed > 0, "no JVM was found to kill");
    }

    /** Killed once with every thread of a busy python waiting or about to wait for answers, and children on the way. */
    @Test
    void killingTheJvmUnderLanguageRuntimes() {
        Machine.needs("python3", "perl");
        for (List<String> program : List.of(
            List.of("python3", "-u", Material.source("threads.py").toString()),
            List.of("python3", "-u", Material.source("processes.py").toString()),
            List.of("perl", Material.source("perl.pl").toString()),
            List.of("bash", "-c", "for i in $(seq 300); do x=$(echo $i | sed 's/./&&/g'); echo $x; done"))) {
            Run natively = Job.start(program, folder).await(LIMIT);
            Job job = Job.start(Outrigger.run(List.of(), program), folder);
            Optional<Long> jvm = jvmOf(job);
            Machine.skipUnless(jvm.isPresent(), "no JVM was found to kill");
            job.awaitOutput(natively.text().lines().findFirst().orElse(""), LIMIT);
            Job.signal(jvm.get(), "KILL");
            Run run = job.await(LIMIT);
            assertEquals(natively.status(), run.status(), run::summary);
            assertEquals(natively.text(), run.text(), run::summary);
        }
    }

    /** A run that is stopped by force leaves nothing either, once the program has ended. */
    @Test
    void killingTheLauncherLeavesNothing() throws Exception {
        Leftovers before = Leftovers.now();
        Path mark = folder.resolve("started");
        Job job = Job.start(Outrigger.run(List.of(), List.of("sh", "-c", "echo ready; sleep 2; echo done > " + mark)), folder);
        assertTrue(job.awaitOutput("ready", LIMIT), "the program started");
        job.signal("KILL");
        Run run = job.await(LIMIT);
        assertEquals(137, run.status(), run::summary);
        job.assertNothingLeft("a killed launcher");
        assertEquals("done", Files.readString(mark).strip(), "the program went on to its end");
        assertEquals(Set.of(), before.newSince());
    }

    /** The JVM among the processes of the job, once there is one; empty when the job ends without. */
    private static Optional<Long> jvmOf(Job job) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (System.nanoTime() < end && job.alive()) {
            Optional<Long> jvm = Processes.executing(job.processes(), "java");
            if (jvm.isPresent()) {
                return jvm;
            }
            Job.pause(1);
        }
        return Optional.empty();
    }
}
