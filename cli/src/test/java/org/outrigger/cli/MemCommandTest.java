package org.outrigger.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.cli.CommandLineFixture.Outcome;
import org.outrigger.host.share.JobName;
import org.outrigger.host.share.PageKind;
import org.outrigger.host.share.Segment;

/** What {@code outrigger mem} refuses before it asks a job, and how it shows what it is told. */
class MemCommandTest {
    @TempDir
    private Path root;
    private CommandLineFixture world;

    @BeforeEach
    void twoCpus() throws IOException {
        world = new CommandLineFixture(root, "0-1", "0-1");
    }

    private void refused(String message, String... args) {
        Outcome outcome = world.outrigger(args);
        assertEquals(ExitStatus.LAUNCHER_ERROR, outcome.status(), outcome::err);
        assertEquals("outrigger: " + message, outcome.err().lines().findFirst().orElse(""));
        assertEquals("", outcome.out());
    }

    private void sockets(String... names) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            text.append("0: 00000002 00000000 00010000 0005 01 1 @outrigger-").append(name).append('\n');
        }
        Files.createDirectories(root.resolve("net"));
        Files.writeString(root.resolve("net/unix"), text);
    }

    @Test
    void badArguments() {
        refused("what to do is missing: list, make, read, write or remove", "mem");
        refused("unexpected argument 'x'", "mem", "x");
        refused("'a b' is no name of a segment: 1 to 63 letters of ASCII without a space are wanted", "mem", "remove", "a b");
        refused("'' is no name of a segment: 1 to 63 letters of ASCII without a space are wanted", "mem", "read", "");
        for (String size : List.of("", "x", "-1", "1k", "1.5G", "K", "99999999999999999999", "9999999999T")) {
            refused("SIZE: '" + size + "' is no number of bytes, such as 4096, 64K or 2G", "mem", "make", "a", "--", size);
        }
        refused("SIZE: a segment has at least one byte", "mem", "make", "a", "0");
        for (String mode : List.of("", "rw", "700", "1600", "60", "888", "06000")) {
            refused("--mode: '" + mode + "' is no mode of three octal digits 0, 2, 4 or 6, such as 640",
                    "mem", "make", "a", "1", "--mode=" + mode);
        }
        refused("--offset: '1x' is no number of bytes, such as 4096, 64K or 2G", "mem", "write", "a", "--offset", "1x");
        refused("NAME is missing", "mem", "remove");
        refused("SIZE is missing", "mem", "make", "a");
        refused("unexpected argument 'c'", "mem", "remove", "b", "c");
    }

    @Test
    void whichJob() throws IOException {
        refused("no job is running", "mem", "read", "a");
        refused("--job: '12' is no running job", "mem", "read", "a", "--job", "12");
        sockets("0-7-0123456789abcdef", "4000000000-9-0123456789abcdef", "0-3-0123456789abcdef");
        boolean isRoot = "root".equals(System.getProperty("user.name"));
        if (isRoot) {
            refused("several jobs are running, and --job must say which: 3, 7, 9", "mem", "remove", "a");
            refused("--job: 'x' is no running job; there are 3, 7, 9", "mem", "list", "--job", "x");
        } else {
            refused("no job is running", "mem", "remove", "a");
        }
        world.environment.put("OUTRIGGER_JOB", "nonsense");
        refused("OUTRIGGER_JOB: 'nonsense' is no name of a job", "mem", "list");
        world.environment.put("OUTRIGGER_JOB", "0-1-0123456789abcdef");
        Outcome gone = world.outrigger("mem", "read", "a");
        assertEquals(ExitStatus.MEMORY_REFUSED, gone.status());
        assertEquals("outrigger: a: the job has ended\n", gone.err());
    }

    @Test
    void nothingRuns() {
        assertEquals("no job is running\n", world.outrigger("mem", "list").out());
        assertEquals("{\"schema\":1,\"jobs\":[]}\n", world.outrigger("mem", "list", "--json").out());
    }

    @Test
    void helpOfEveryCommand() {
        for (String command : List.of("list", "make", "read", "write", "remove")) {
            Outcome outcome = world.outrigger("mem", command, "--help");
            assertEquals(ExitStatus.OK, outcome.status());
            assertTrue(outcome.out().contains("Usage: outrigger mem " + command + " [OPTIONS]"), outcome.out());
            assertTrue(outcome.out().contains("Variable: OUTRIGGER_JOB"), outcome.out());
            assertTrue(outcome.out().lines().allMatch(line -> line.length() <= 90 && line.equals(line.stripTrailing())));
        }
    }

    @Test
    void listing() {
        JobName job = JobName.of("1000-4711-0123456789abcdef");
        List<SegmentListing.JobSegments> jobs = List.of(new SegmentListing.JobSegments(job, List.of(
                new Segment(1, "field", 2 << 20, 2 << 20, PageKind.POOL, 0640, 1000, 100, 4712, 3, 2),
                new Segment(2, "kept", 4096, 4096, PageKind.TRANSPARENT, 0600, 1000, 100, 0, 0, 0))));
        assertEquals("""
                job      owner             bytes mode pages        gets attaches  name
                4711     4712            2097152 0640 2M              3        2  field
                4711     the job            4096 0600 transparent     0        0  kept
                """, SegmentListing.text(jobs));
        assertTrue(SegmentListing.json(jobs).startsWith("{\"schema\":1,\"jobs\":[{\"pid\":4711,\"uid\":1000,"));
        String json = SegmentListing.json(jobs);
        assertTrue(json.contains("\"pages\":\"pool\",\"mode\":\"0640\",\"uid\":1000,\"gid\":100,\"pid\":4712,"));
        assertTrue(SegmentListing.json(jobs).contains("\"pid\":null"));
    }
}
