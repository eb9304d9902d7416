package org.outrigger.lab.batch;

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
import java.util.function.Function;
import org.outrigger.lab.arms.ArmFailedException;

/** One measured program under one arm, waiting for what to do next. */
public final class ArmProcess implements AutoCloseable {
    /** Far beyond the longest batch and the slowest launch, first builds included. */
    private static final long ANSWER_LIMIT_S = 120;
    private static final long FAREWELL_S = 10;
    private static final long LAST_PATIENCE_MS = 3000;
    private static final String RUNTIME_MAPPING = "memfd:outrigger";
    private static final String END = "";
    private static final String PEAK = "VmHWM:";
    private static final long KIB = 1024;

    private final String arm;
    private final boolean onLwk;
    private final Process process;
    private final Writer requests;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private ProcessHandle lwk;
    private double timer;

    /** Takes charge of a program that has just been started, under an arm of this name, on an LWK or not. */
    ArmProcess(String arm, boolean onLwk, Process process) {
        this.arm = arm;
        this.onLwk = onLwk;
        this.process = process;
        requests = process.outputWriter(StandardCharsets.US_ASCII);
        Thread.ofPlatform().daemon().name("answers of ".concat(arm)).start(this::read);
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
    public void awaitReady() throws ArmFailedException, InterruptedException {
        String line = line("starting");
        String[] words = line.split(" ");
        if (words.length != 4 || !words[0].equals("ready")) {
            throw failure("starting", "said: " + line);
        }
        timer = Double.parseDouble(words[3]) / Double.parseDouble(words[2]);
        boolean found;
        try {
            found = Files.readString(Path.of("/proc", words[1], "maps"), StandardCharsets.ISO_8859_1).contains(RUNTIME_MAPPING);
        } catch (IOException gone) {
            throw failure("starting", "cannot be looked at: " + gone.getMessage());
        }
        if (found != onLwk) {
            throw failure("starting", found ? "runs on an LWK: the benchmark itself was started on one" : "runs on plain Linux");
        }
        if (found) {
            lwk = process.children().filter(child -> child.info().command().orElse("").endsWith("/java")).findFirst()
                    .orElseThrow(() -> failure("starting", "has no LWK"));
        }
    }

    /** What timing a call by itself adds to it, in nanoseconds. */
    public double timer() {
        return timer;
    }

    /**
     * Has a batch made.
     *
     * @param request what the program reads, a line without its end
     * @param doing   what that is, for messages
     * @param reader  makes the answer of its line, or throws an {@link IllegalArgumentException}
     * @throws ArmFailedException when there is no answer
     */
    public <T> T ask(String request, String doing, Function<String, T> reader) throws ArmFailedException, InterruptedException {
        try {
            requests.write(request + "\n");
            requests.flush();
        } catch (IOException broken) {
            // The program is gone; the missing answer tells how it ended.
        }
        T answer = answer(doing, reader);
        if (lwk != null && !executes(lwk)) {
            throw failure(doing, "goes on without its LWK, which has ended");
        }
        return answer;
    }

    /** The most that the LWK's process has had resident, in bytes; empty where there is none, or where it does not tell. */
    public Optional<Long> lwkPeak() {
        if (lwk == null) {
            return Optional.empty();
        }
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(lwk.pid()), "status"), StandardCharsets.ISO_8859_1).stream()
                    .filter(line -> line.startsWith(PEAK)).findFirst()
                    .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * KIB);
        } catch (IOException gone) {
            return Optional.empty();
        }
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
    public <T> T onlyAnswer(String doing, Function<String, T> reader) throws ArmFailedException, InterruptedException {
        T answer = answer(doing, reader);
        if (!process.waitFor(FAREWELL_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw failure(doing, "did not end well");
        }
        return answer;
    }

    private <T> T answer(String doing, Function<String, T> reader) throws ArmFailedException, InterruptedException {
        String line = line(doing);
        try {
            return reader.apply(line);
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
        return new ArmFailedException("the arm '" + arm + "' " + what + " (" + doing + ")");
    }

    /** Tells the program to end, whatever it does; may be called by any thread. */
    public void terminate() {
        process.destroy();
    }

    /** Tells the program that nothing more is wanted. */
    public void release() {
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
