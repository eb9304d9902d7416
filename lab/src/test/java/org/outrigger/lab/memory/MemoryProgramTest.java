package org.outrigger.lab.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.outrigger.lab.batch.Answer;

/** The measured C program does what it is asked for. */
class MemoryProgramTest {
    private static final long MOST = 64L << 20;
    private static final String PROGRAM = Path.of("target/outrigger-memory").toAbsolutePath().toString();

    private static Reading ask(Writer requests, BufferedReader answers, String request) throws IOException {
        requests.write(request + "\n");
        requests.flush();
        return Reading.parse(answers.readLine());
    }

    private static Process start(String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(PROGRAM));
        line.addAll(List.of(arguments));
        return new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    @Test
    void everyRowIsAnsweredNatively() throws Exception {
        Process program = start();
        try (Writer requests = program.outputWriter(); BufferedReader answers = program.inputReader()) {
            assertTrue(answers.readLine().matches("ready " + program.pid() + " [0-9.]+ [0-9.]+"));
            for (MemoryRow row : MemoryRow.values()) {
                for (int timed = 0; timed <= 1; timed++) {
                    Reading reading = ask(requests, answers,
                            row.request() + " " + Math.min(row.size(), MOST) + " 2 " + timed + " 0");
                    assertTrue(reading.answer().failure().isEmpty(), () -> row.key() + ": " + reading);
                    assertTrue(reading.answer().nanoseconds() > 0, () -> row.key() + ": " + reading);
                    assertEquals(timed * 2L, reading.answer().calls().stream().mapToLong(Answer.Bucket::count).sum(), row.key());
                    Usage usage = reading.usage().orElseThrow();
                    assertTrue(usage.resident() > 0 && usage.peak() > 0 && usage.calls().isEmpty(),
                            () -> row.key() + ": " + usage);
                }
            }
        }
        assertTrue(program.waitFor(10, TimeUnit.SECONDS), "the end of its input ends the program");
        assertEquals(0, program.exitValue());
    }

    @Test
    void pageFaultsAndCallsAreThoseOfTheOperations() throws Exception {
        Process program = start();
        try (Writer requests = program.outputWriter(); BufferedReader answers = program.inputReader()) {
            answers.readLine();
            ask(requests, answers, "mmap 65536 10 0 0");
            Usage usage = ask(requests, answers, "mmap 65536 100 0 1").usage().orElseThrow();
            assertEquals(100 * 16, usage.minorFaults(), "a page fault for each page");
            assertTrue(usage.calls().isEmpty() || usage.calls().get() == 200, () -> "two calls for each operation: " + usage);
        } finally {
            program.destroy();
        }
    }

    @Test
    void anUnknownRowEndsIt() throws Exception {
        Process program = new ProcessBuilder(PROGRAM).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (Writer requests = program.outputWriter()) {
            requests.write("nothing 1 1 0 0\n");
        }
        assertTrue(program.waitFor(10, TimeUnit.SECONDS));
        assertEquals(1, program.exitValue());
    }
}
