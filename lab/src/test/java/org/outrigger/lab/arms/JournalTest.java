package org.outrigger.lab.arms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The promises of outrigger-keep, by its owner's end and by its program's. */
class JournalTest {
    @TempDir
    private Path folder;

    /** The first value that was there is what stays, however often it was changed. */
    @Test
    void theLastChangeIsPutBackFirst() throws IOException {
        Path file = Files.writeString(folder.resolve("value"), "1");
        Path tree = folder.resolve("a tree");
        try (Journal journal = Journal.open(Workshop.ground())) {
            journal.willRestore(file, "1");
            Files.writeString(file, "2");
            journal.willRestore(file, "2");
            Files.writeString(file, "3");
            journal.willRemoveTree(tree);
            Files.createDirectories(tree.resolve("deep"));
            Files.writeString(tree.resolve("deep/file"), "x");
            journal.willRemoveTree(folder.resolve("never made"));
        }
        assertEquals("1", Files.readString(file));
        assertFalse(Files.exists(tree));
    }

    @Test
    void whatCannotBePutBackIsAnError() throws IOException {
        Journal journal = Journal.open(Workshop.ground());
        Path file = Files.writeString(folder.resolve("value"), "1");
        journal.willRestore(file, "1");
        Files.writeString(file, "2");
        journal.willRestore(folder.resolve("gone/file"), "1");
        assertThrows(IOException.class, journal::close);
        assertEquals("1", Files.readString(file), "the rest is put back even so");
    }

    /** Its owner was not let in where the group was to be, or that is no folder: nothing is there to be removed. */
    @Test
    void aGroupThatWasNeverMade() throws IOException {
        Journal journal = Journal.open(Workshop.ground());
        journal.willRemoveGroup(folder.resolve("never made"));
        journal.willRemoveGroup(Files.writeString(folder.resolve("file"), "").resolve("group"));
        journal.close();
    }

    /** Whoever kills the keeper finds that another one has done its work. */
    @Test
    void aKilledKeeperIsReplaced() throws IOException {
        Path file = Files.writeString(folder.resolve("value"), "1");
        Journal journal = Journal.open(Workshop.ground());
        journal.willRestore(file, "1");
        Files.writeString(file, "2");
        ProcessHandle.current().children().filter(child -> child.info().command().orElse("").endsWith("/outrigger-keep"))
                .forEach(ProcessHandle::destroyForcibly);
        journal.close();
        assertEquals("1", Files.readString(file));
    }

    private Process keep(String... words) throws IOException {
        String[] line = new String[words.length + 1];
        line[0] = Workshop.ground().tool("keep").toString();
        System.arraycopy(words, 0, line, 1, words.length);
        return new ProcessBuilder(line).redirectErrorStream(true).start();
    }

    @Test
    void statusAndUsageOfTheProgram() throws IOException, InterruptedException {
        Path usage = folder.resolve("usage");
        Process process = keep("--usage", usage.toString(), "--", "sh", "-c", "echo out; exit 7");
        assertEquals("out\n", new String(process.getInputStream().readAllBytes()));
        assertEquals(7, process.waitFor());
        assertTrue(Files.readString(usage).matches("[1-9][0-9]*( [0-9]+){6}\n"), Files.readString(usage));
        assertEquals(128 + 9, keep("--", "sh", "-c", "kill -9 $$").waitFor());
        Process missing = keep("--", "/no/such/program");
        assertEquals("outrigger-keep: /no/such/program: No such file or directory\n",
                new String(missing.getInputStream().readAllBytes()));
        assertEquals(125, missing.waitFor());
        assertEquals(125, keep("--cpus", "9-1", "--", "true").waitFor());
    }

    /** Those that have left their session, and whose parents have died, are found too. */
    @Test
    void nothingIsLeftWhenTheLifelineIsCut() throws IOException, InterruptedException {
        String mark = "60." + System.nanoTime();
        Process process = keep("--", "sh", "-c", "trap '' TERM; setsid sleep " + mark + " & (sh -c 'sleep " + mark
                + "; true' &) ; echo; while :; do wait; done");
        process.getInputStream().read();
        for (int tries = 0; Workshop.running(mark) < 2 && tries < 500; tries++) {
            Thread.sleep(10);
        }
        assertEquals(2, Workshop.running(mark));
        process.getOutputStream().close();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        assertEquals(0, Workshop.running(mark));
    }
}
