package org.outrigger.lab.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.arms.Kept;
import org.outrigger.lab.arms.Stage;

/** Runs the program once, and again. All but {@link #cut} belongs to one thread. */
final class Attempt {
    private static final int LAST_LINES = 20;
    private static final int KIB = 1024;
    private static final int RESIDENT = 7;
    private static final int STATUS = 8;
    private static final int SIGNAL = 9;

    private final CompareRequest request;
    private final Scratch scratch;
    private final Map<Arm, Stage> known = new HashMap<>();
    private Path output;
    private Path errors;
    /** What runs now; null between runs. Guarded by this, with {@link #cut}. */
    private Kept running;
    private boolean cut;

    Attempt(CompareRequest request, Scratch scratch) {
        this.request = request;
        this.scratch = scratch;
    }

    /** Ends what runs now and what would run later. Any thread may do so. */
    synchronized void cut() {
        cut = true;
        if (running != null) {
            running.cut();
        }
    }

    private synchronized void runs(Kept kept) {
        running = kept;
        if (cut && kept != null) {
            kept.cut();
        }
    }

    /** Runs the program and takes its figures. */
    Run run(Arm arm, int round, int turn) throws ArmFailedException, IOException {
        Path usage = scratch.fresh("usage");
        Path meter = scratch.fresh("meter");
        List<String> line = new ArrayList<>(List.of(request.ground().tool("meter").toString(), meter.toString()));
        line.addAll(request.command());
        Optional<String> failure = start(arm, List.of("--input", request.input().toString(), "--usage", usage.toString()), line,
                Map.of());
        Optional<String> figures = Scratch.line(meter);
        Optional<Usage> launched = Scratch.line(usage).map(Usage::ofKeeper);
        Optional<Usage> program = figures.map(Usage::ofMeter);
        long resident = figures.map(text -> Long.parseLong(text.split(" ")[RESIDENT]) * KIB).orElse(0L);
        failure = failure.or(() -> figures.isEmpty() || launched.isEmpty() ? Optional.of("was not started, or not to its end")
                : failure(figures.get().split(" ")));
        List<Double> merits = new ArrayList<>();
        for (FigureOfMerit merit : request.merits()) {
            OptionalDouble value = OptionalDouble.empty();
            if (failure.isEmpty()) {
                Optional<String> text = merit.find(Scratch.end(output)).or(() -> merit.find(endOfErrors()));
                value = text.map(FigureOfMerit::number).orElse(OptionalDouble.empty());
                failure = value.isPresent() ? failure : Optional.of(text.map(found -> "the figure of merit '" + found
                        + "' is not a number").orElse("nothing in the output matches '" + merit.pattern() + "'"));
            }
            merits.add(value.orElse(Double.NaN));
        }
        return new Run(round, turn, program, launched, resident, List.copyOf(merits), failure);
    }

    private String endOfErrors() {
        try {
            return Scratch.end(errors);
        } catch (IOException gone) {
            return "";
        }
    }

    private static Optional<String> failure(String[] figures) {
        if (!figures[SIGNAL].equals("0")) {
            return Optional.of("died of signal " + figures[SIGNAL]);
        }
        return figures[STATUS].equals("0") ? Optional.empty() : Optional.of("exited with status " + figures[STATUS]);
    }

    /** Counts the system calls of a run that is not timed. */
    CallCount count(Arm arm) throws ArmFailedException, IOException {
        List<String> input = List.of("--input", request.input().toString());
        Path meter = scratch.fresh("meter");
        Path report = scratch.fresh("report.json");
        Optional<String> failure;
        if (arm.kind().onLwk()) {
            failure = start(arm, input, request.command(), Map.of("OUTRIGGER_REPORT", report.toString()));
        } else {
            List<String> line = new ArrayList<>(List.of(request.ground().tool("meter").toString(), "-s", meter.toString()));
            line.addAll(request.command());
            failure = start(arm, input, line, Map.of());
        }
        if (failure.isPresent()) {
            return CallCount.unknown("the run that counts " + failure.get());
        }
        if (Files.exists(report)) {
            return CallCount.ofReport(Files.readString(report, StandardCharsets.UTF_8));
        }
        return Scratch.line(meter).map(CallCount::ofMeter).orElse(CallCount.unknown("the run that counts was not finished"));
    }

    private Optional<String> start(Arm arm, List<String> keep, List<String> line, Map<String, String> environment)
            throws ArmFailedException, IOException {
        output = scratch.fresh("output");
        errors = scratch.fresh("errors");
        Files.createFile(output);
        Files.createFile(errors);
        try (Stage stage = Stage.prepare(arm, request.ground())) {
            known.putIfAbsent(arm, stage);
            ProcessBuilder builder = stage.builder(keep, line).redirectOutput(output.toFile()).redirectError(errors.toFile());
            builder.environment().putAll(environment);
            try (Kept kept = Kept.start(builder)) {
                runs(kept);
                if (request.timeout().isEmpty()) {
                    kept.process().waitFor();
                } else if (!kept.process().waitFor(request.timeout().get().toMillis(), TimeUnit.MILLISECONDS)) {
                    return Optional.of("ran longer than " + request.timeout().get().toMillis() / 1e3 + " s");
                }
            } catch (InterruptedException hurried) {
                cut();
                Thread.currentThread().interrupt();
            } finally {
                runs(null);
            }
            stage.heard(endOfErrors());
        }
        return Optional.empty();
    }

    /**
     * What the last run wrote, standard error after standard output.
     *
     * @param end whether its last lines are enough
     */
    String output(boolean end) throws IOException {
        List<String> lines = (Scratch.end(output) + Scratch.end(errors)).lines().toList();
        List<String> shown = end ? lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()) : lines;
        return shown.isEmpty() ? "" : String.join("\n", shown) + "\n";
    }

    /** What was changed of the machine for an arm. */
    List<String> changes(Arm arm) {
        return Optional.ofNullable(known.get(arm)).map(Stage::changes).orElse(List.of());
    }

    /** What could not be changed for an arm. */
    List<String> notes(Arm arm) {
        return Optional.ofNullable(known.get(arm)).map(Stage::notes).orElse(List.of());
    }
}
