package org.outrigger.lab.calls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.outrigger.lab.batch.Answer;
import org.outrigger.lab.calls.Row.Kind;

/** The program and this room agree on what can be asked and how it is answered. */
class MeasuredProgramTest {
    private static final int CALLS = 3;

    private static Process start(String... arguments) throws IOException {
        String[] line = new String[arguments.length + 1];
        line[0] = Path.of("target/outrigger-calls").toAbsolutePath().toString();
        System.arraycopy(arguments, 0, line, 1, arguments.length);
        return new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    @Test
    void everyRowIsAnsweredNatively() throws Exception {
        Process program = start();
        try (Writer requests = program.outputWriter(); BufferedReader answers = program.inputReader()) {
            assertTrue(answers.readLine().matches("ready " + program.pid() + " [0-9.]+ [0-9.]+"));
            for (Row row : Row.values()) {
                if (row.kind() == Kind.FRESH) {
                    continue;
                }
                for (int timed = 0; timed <= 1; timed++) {
                    requests.write(row.request() + " " + CALLS + " " + timed + "\n");
                    requests.flush();
                    Answer answer = Answer.parse(answers.readLine());
                    assertTrue(answer.failure().isEmpty(), () -> row.key() + ": " + answer);
                    assertTrue(answer.nanoseconds() > 0, () -> row.key() + ": " + answer);
                    long counted = answer.calls().stream().mapToLong(Answer.Bucket::count).sum();
                    // Threads at once are one thing.
                    assertEquals(timed == 0 ? 0 : row.kind() == Kind.RARE ? 1 : CALLS, counted, row.key());
                    assertTrue(timed == 0 || answer.longest() > 0 && answer.longest() <= answer.nanoseconds(), row.key());
                }
            }
        }
        assertTrue(program.waitFor(10, TimeUnit.SECONDS), "the end of its input ends the program");
        assertEquals(0, program.exitValue());
    }

    @Test
    void theFirstCallsOfAProcess() throws Exception {
        Process program = start("first");
        try (BufferedReader answers = program.inputReader()) {
            Answer answer = Answer.parse(answers.readLine());
            assertEquals(Row.FIRST_100.calls(), answer.calls().stream().mapToLong(Answer.Bucket::count).sum());
        }
        assertTrue(program.waitFor(10, TimeUnit.SECONDS));
        assertEquals(0, program.exitValue());
    }

    /** With the threshold each allocation is a mapping, seen by its page faults: memory that malloc keeps has none. */
    @Test
    void withTheThresholdMallocAlwaysMaps() throws Exception {
        Process program = start(Integer.toString(Row.MMAP_THRESHOLD));
        try (Writer requests = program.outputWriter(); BufferedReader answers = program.inputReader()) {
            answers.readLine();
            long before = faults(program);
            requests.write("malloc_64k 100 0\n");
            requests.flush();
            Answer.parse(answers.readLine());
            assertTrue(faults(program) - before >= 100 * 16, "16 pages are touched anew each time");
        } finally {
            program.destroyForcibly();
        }
    }

    /** The minor faults of a process, proc(5). */
    private static long faults(Process process) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[7]);
    }
}
