package org.outrigger.lab.calls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.calls.Row.Kind;
import org.outrigger.lab.environment.Environment;

/**
 * Runs one program under each arm, all at once, and asks one of them at a time for a batch while the others sleep. Rounds go
 * through all rows; the order of the arms turns from round to round and from row to row, so that drift of the machine hits all.
 */
public final class CallBenchmark implements CallsRunner {
    /** Enough calls for a process to be patched and for the LWK's code to be compiled, before anything else is asked. */
    private static final int SETTLING_CALLS = 20_000;
    /** A rare row is measured in the first of so many rounds. */
    private static final int RARE = 4;

    /** Until whoever answered the last batch, and this process, have stopped spinning and sleep. */
    private static final long PAUSE_MS = 5;

    /** A program of an arm. */
    private record Key(Arm arm, Row.Program program) {
    }

    private final Map<Key, ArmProcess> programs = new HashMap<>();
    /** Everything started, for whoever stops this. Guards itself and {@link #stopped}. */
    private final List<ArmProcess> started = new ArrayList<>();
    private boolean stopped;
    private final Neighbours neighbours = new Neighbours(Path.of("/proc/loadavg"));
    private CallsRequest request;
    private Placement placement;
    private Path program;

    @Override
    public void stop() {
        synchronized (started) {
            stopped = true;
            started.forEach(ArmProcess::terminate);
        }
    }

    private boolean stopped() {
        synchronized (started) {
            return stopped;
        }
    }

    @Override
    public CallsReport run(CallsRequest wanted, Progress progress) throws ArmFailedException {
        request = wanted;
        program = request.home().resolve("lab/target/outrigger-calls");
        Environment environment = Environment.read(request.environment().getOrDefault("OUTRIGGER_JVM_FLAGS", ""));
        Instant start = Instant.now();
        long from = System.nanoTime();
        Map<Row, Map<Arm, Collected>> figures = new EnumMap<>(Row.class);
        for (Row row : request.rows()) {
            Map<Arm, Collected> arms = new EnumMap<>(Arm.class);
            request.arms().forEach(arm -> arms.put(arm, new Collected(request.calls(row))));
            figures.put(row, arms);
        }
        Map<Arm, Double> timers = new EnumMap<>(Arm.class);
        int rounds = 0;
        try {
            if (!Files.isExecutable(program)) {
                throw new ArmFailedException("the measured program " + program + " is missing: build Outrigger anew");
            }
            placement = new Placement(request.linuxCores());
            warmUp(progress, timers);
            while (rounds < request.rounds() && !stopped()) {
                round(rounds++, progress, figures);
            }
        } catch (ArmFailedException failed) {
            if (!stopped()) {
                throw failed;
            }
        } catch (IOException impossible) {
            throw new ArmFailedException(impossible.getMessage());
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
        List<RowFigures> rows = request.rows().stream().map(row -> {
            Map<Arm, ArmFigures> arms = new EnumMap<>(Arm.class);
            figures.get(row).forEach((arm, collected) -> arms.put(arm, collected.figures()));
            return new RowFigures(row, request.calls(row), arms);
        }).toList();
        return new CallsReport(request, environment, start, Duration.ofNanos(System.nanoTime() - from), rounds, stopped(),
                timers, neighbours.share(), rows);
    }

    private void warmUp(Progress progress, Map<Arm, Double> timers)
            throws ArmFailedException, IOException, InterruptedException {
        for (Arm arm : request.arms()) {
            for (Row row : request.rows()) {
                if (row.kind() == Kind.FRESH || !row.under(arm) || stopped()) {
                    continue;
                }
                progress.at(0, request.rounds(), arm.key() + " " + row.key());
                ArmProcess process = program(arm, row);
                timers.putIfAbsent(arm, process.timer());
                for (int batch = 0; batch < request.warmUps() && row.kind() != Kind.RARE; batch++) {
                    process.ask(row, request.calls(row), false);
                }
            }
        }
    }

    private void round(int round, Progress progress, Map<Row, Map<Arm, Collected>> figures)
            throws ArmFailedException, IOException, InterruptedException {
        List<Arm> arms = request.arms();
        for (int number = 0; number < request.rows().size(); number++) {
            Row row = request.rows().get(number);
            if (row.kind() == Kind.RARE && round % RARE != 0) {
                continue;
            }
            progress.at(round + 1, request.rounds(), row.key());
            for (int turn = 0; turn < arms.size() && !stopped(); turn++) {
                Arm arm = arms.get((turn + round + number) % arms.size());
                Collected collected = figures.get(row).get(arm);
                if (!collected.failed() && row.under(arm)) {
                    measure(arm, row, collected);
                }
            }
        }
    }

    private void measure(Arm arm, Row row, Collected collected) throws ArmFailedException, IOException, InterruptedException {
        int calls = request.calls(row);
        switch (row.kind()) {
            case FINE, BARE -> {
                collected.batch(ask(arm, row, calls, false));
                collected.timed(ask(arm, row, calls, true));
            }
            case COARSE -> {
                Answer answer = ask(arm, row, calls, true);
                collected.batch(answer);
                collected.timed(answer);
            }
            case RARE -> collected.batch(ask(arm, row, calls, false));
            case FRESH -> {
                Thread.sleep(PAUSE_MS);
                neighbours.look();
                try (ArmProcess fresh = start(arm, "first")) {
                    Answer answer = fresh.onlyAnswer(row);
                    collected.batch(answer);
                    collected.timed(answer);
                    synchronized (started) {
                        started.remove(fresh);
                    }
                }
            }
            default -> throw new IllegalStateException();
        }
    }

    private Answer ask(Arm arm, Row row, int calls, boolean timed)
            throws ArmFailedException, IOException, InterruptedException {
        ArmProcess process = program(arm, row);
        Thread.sleep(PAUSE_MS);
        neighbours.look();
        return process.ask(row, calls, timed);
    }

    /** The program that a row is measured in, started and settled when it is first wanted. */
    private ArmProcess program(Arm arm, Row row) throws ArmFailedException, IOException, InterruptedException {
        Key key = new Key(arm, row.program());
        ArmProcess process = programs.get(key);
        if (process == null) {
            process = row.program() == Row.Program.ALWAYS_MAPPED ? start(arm, Integer.toString(Row.MMAP_THRESHOLD)) : start(arm);
            programs.put(key, process);
            process.awaitReady();
            process.ask(Row.GETPID, SETTLING_CALLS, false);
        }
        return process;
    }

    private ArmProcess start(Arm arm, String... arguments) throws IOException, ArmFailedException {
        List<String> line = new ArrayList<>();
        if (arm != Arm.NATIVE) {
            line.addAll(List.of(request.home().resolve("outrigger").toString(), "run", "-c", list(request.lwkCores()),
                    "-l", list(request.linuxCores())));
            line.addAll(arm.options());
            line.add("--");
        }
        line.add(program.toString());
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().putAll(request.environment());
        builder.environment().put("OUTRIGGER_BENCH_CPU", Integer.toString(request.linuxCores()[0]));
        synchronized (started) {
            if (stopped) {
                throw new ArmFailedException("stopped");
            }
            ArmProcess process = new ArmProcess(arm,
                    placement.start(builder, arm == Arm.NATIVE ? request.lwkCores() : request.allowed()));
            started.add(process);
            return process;
        }
    }

    /** A list as {@code --cpus} and {@code --linux-cpus} take it. */
    static String list(int[] cpus) {
        StringBuilder list = new StringBuilder();
        for (int cpu : cpus) {
            list.append(list.isEmpty() ? "" : ",").append(cpu);
        }
        return list.toString();
    }

    private void end() {
        List<ArmProcess> all;
        synchronized (started) {
            all = List.copyOf(started);
        }
        // All are told before the first is awaited.
        all.forEach(ArmProcess::release);
        all.forEach(ArmProcess::close);
    }
}
