package org.outrigger.lab.calls;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.outrigger.lab.arms.ArmFailedException;

/** One measured program under one arm, waiting for what to do next. */
final class ArmProcess implements AutoCloseable {
    /** Far beyond the longest batch and the slowest launch, first builds included. */
    private static final long ANSWER_LIMIT_S = 120;
    private static final long FAREWELL_S = 10;
    private static final long LAST_PATIENCE_MS = 3000;
    private static final String RUNTIME_MAPPING = "memfd:outrigger";
    private static final String END = "";

    private final Arm arm;
    private final Process process;
    private final Writer requests;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private ProcessHandle lwk;
    private double timer;

    /** Takes charge of a program that has just been started. */
    ArmProcess(Arm arm, Process process) {
        this.arm = arm;
        this.process = process;
        requests = process.outputWriter(StandardCharsets.US_ASCII);
        Thread.ofPlatform().daemon().name("answers of ".concat(arm.key())).start(this::read);
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                answers.add(line);
            }
        } catch (IOException closed) {
            // The end, as well.
        }
        answers.add(END);
    }

    /**
     * Waits until the program is ready and checks that it runs where it should.
     *
     * @throws ArmFailedException when it does not
     */
    void awaitReady() throws ArmFailedException, InterruptedException {
        String line = line("starting");
        String[] words = line.split(" ");
        if (words.length != 4 || !words[0].equals("ready")) {
            throw failure("starting", "said: " + line);
        }
        timer = Double.parseDouble(words[3]) / Double.parseDouble(words[2]);
        boolean onLwk;
        try {
            onLwk = Files.readString(Path.of("/proc", words[1], "maps"), StandardCharsets.ISO_8859_1).contains(RUNTIME_MAPPING);
        } catch (IOException gone) {
            throw failure("starting", "cannot be looked at: " + gone.getMessage());
        }
        if (onLwk == (arm == Arm.NATIVE)) {
            throw failure("starting", onLwk ? "runs on an LWK: the benchmark itself was started on one" : "runs on plain Linux");
        }
        if (onLwk) {
            lwk = process.children().filter(child -> child.info().command().orElse("").endsWith("/java")).findFirst()
                    .orElseThrow(() -> failure("starting", "has no LWK"));
        }
    }

    /** What timing a call by itself adds to it, in nanoseconds. */
    double timer() {
        return timer;
    }

    /**
     * Has a batch made.
     *
     * @param row   of what
     * @param calls how many
     * @param timed whether each call is timed by itself
     * @throws ArmFailedException when there is no answer
     */
    Answer ask(Row row, int calls, boolean timed) throws ArmFailedException, InterruptedException {
        try {
            requests.write(row.request() + " " + calls + (timed ? " 1\n" : " 0\n"));
            requests.flush();
        } catch (IOException broken) {
            // The program is gone; the missing answer tells how it ended.
        }
        Answer answer = answer(row.key());
        if (lwk != null && !executes(lwk)) {
            throw failure(row.key(), "goes on without its LWK, which has ended");
        }
        return answer;
    }

    /** Whether a process is there and runs something: one that has ended stays listed until its parent asks for its status. */
    private static boolean executes(ProcessHandle process) {
        try {
            Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "exe"));
            return true;
        } catch (IOException ended) {
            return false;
        }
    }

    /** Waits for the one answer of a program that ends by itself. */
    Answer onlyAnswer(Row row) throws ArmFailedException, InterruptedException {
        Answer answer = answer(row.key());
        if (!process.waitFor(FAREWELL_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw failure(row.key(), "did not end well");
        }
        return answer;
    }

    private Answer answer(String doing) throws ArmFailedException, InterruptedException {
        String line = line(doing);
        try {
            return Answer.parse(line);
        } catch (IllegalArgumentException garbled) {
            throw failure(doing, "said: " + line);
        }
    }

    private String line(String doing) throws ArmFailedException, InterruptedException {
        String line = answers.poll(ANSWER_LIMIT_S, TimeUnit.SECONDS);
        if (line == null) {
            throw failure(doing, "gave no answer within " + ANSWER_LIMIT_S + " s");
        }
        if (line.equals(END)) {
            Optional<Integer> status = process.waitFor(FAREWELL_S, TimeUnit.SECONDS)
                    ? Optional.of(process.exitValue()) : Optional.empty();
            throw failure(doing, "ended" + status.map(code -> " with status " + code).orElse(""));
        }
        return line;
    }

    private ArmFailedException failure(String doing, String what) {
        return new ArmFailedException("the arm '" + arm.key() + "' " + what + " (" + doing + ")");
    }

    /** Tells the program to end, whatever it does; may be called by any thread. */
    void terminate() {
        process.destroy();
    }

    /** Tells the program that nothing more is wanted. */
    void release() {
        try {
            requests.close();
        } catch (IOException broken) {
            // It has ended already.
        }
    }

    /** Lets the program end and sees to it that nothing of it is left. */
    @Override
    public void close() {
        List<ProcessHandle> all = process.descendants().toList();
        release();
        boolean interrupted = false;
        try {
            if (!process.waitFor(FAREWELL_S, TimeUnit.SECONDS)) {
                process.destroy();
                process.waitFor(FAREWELL_S, TimeUnit.SECONDS);
            }
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LAST_PATIENCE_MS);
            while (all.stream().anyMatch(ArmProcess::executes) && System.nanoTime() < end) {
                Thread.sleep(1);
            }
        } catch (InterruptedException hurried) {
            interrupted = true;
        }
        process.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
