package org.outrigger.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchBenchmarkTest {

    private static final String COMMAND = "outrigger.command";

    @TempDir
    private Path dir;
    private final String before = System.getProperty(COMMAND);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @AfterEach
    void restore() {
        if (before == null) {
            System.clearProperty(COMMAND);
        } else {
            System.setProperty(COMMAND, before);
        }
    }

    private int run(String script, String... args) throws IOException, InterruptedException {
        Path file = Files.writeString(dir.resolve("outrigger"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        System.setProperty(COMMAND, file.toString());
        return LaunchBenchmark.run(List.of(args), new PrintStream(out, true), new PrintStream(err, true));
    }

    @Test
    void theTableHasItsRowsTargetsAndVerdicts() throws Exception {
        assertEquals(0, run("shift 2; exec \"$@\"", "-n", "2", "-w", "1"), err::toString);
        String table = out.toString();
        assertTrue(table.contains("2 of each command, in turn, after 1 not measured"), table);
        assertTrue(table.matches("(?s).*pinning +none by the benchmark, CPUs [0-9,-]+ allowed.*"), table);
        String launch = "(?s).*\noutrigger run -- /bin/true( +[0-9.]+ ms){3} +[0-9.]+x +250\\.0 ms +(not )?met\n.*";
        assertTrue(table.matches(launch), table);
        assertTrue(table.matches("(?s).*\n/bin/true( +[0-9.]+ ms){3} +1\\.0x\n.*"), table);
        assertTrue(table.matches("(?s).*\nresident memory of the JVM .* 128\\.0 MiB +not measured: no JVM was seen\n"), table);
    }

    @Test
    void aLaunchThatFailsEndsTheBenchmark() throws Exception {
        assertEquals(1, run("exit 125", "-n", "1"));
        assertEquals("bench-launch: " + dir.resolve("outrigger") + " run -- /bin/true ended with status 125\n", err.toString());
    }

    @Test
    void badArgumentsAreRefused() throws Exception {
        for (String[] args : new String[][] {{"-n"}, {"-n", "0"}, {"-n", "x"}, {"-w", "-1"}, {"--fast"}, {"20"}}) {
            err.reset();
            assertEquals(2, run("exit 0", args));
            assertTrue(err.toString().startsWith("bench-launch: bad arguments: " + String.join(" ", args) + "\nUsage: "));
        }
    }

    @Test
    void helpGoesToStandardOutput() throws Exception {
        assertEquals(0, run("exit 0", "--help"));
        assertTrue(out.toString().startsWith("Usage: bench-launch "));
    }
}
