package org.outrigger.lab.calls;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.batch.Answer;
import org.outrigger.lab.batch.ArmPrograms;
import org.outrigger.lab.batch.ArmProcess;
import org.outrigger.lab.batch.Environment;
import org.outrigger.lab.batch.Neighbours;
import org.outrigger.lab.batch.Progress;
import org.outrigger.lab.calls.Row.Kind;

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
    private final ArmPrograms started = new ArmPrograms();
    private final Neighbours neighbours = new Neighbours(Path.of("/proc/loadavg"));
    private CallsRequest request;

    @Override
    public void stop() {
        started.stop();
    }

    @Override
    public CallsReport run(CallsRequest wanted, Progress progress) throws ArmFailedException {
        request = wanted;
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
            started.prepare(request.home(), "lab/target/outrigger-calls", environmentOfPrograms(), request.allowed(),
                    request.lwkCores(), request.linuxCores());
            warmUp(progress, timers);
            while (rounds < request.rounds() && !started.stopped()) {
                round(rounds++, progress, figures);
            }
        } catch (ArmFailedException failed) {
            if (!started.stopped()) {
                throw failed;
            }
        } catch (IOException impossible) {
            throw new ArmFailedException(impossible.getMessage());
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } finally {
            started.end();
        }
        List<RowFigures> rows = request.rows().stream().map(row -> {
            Map<Arm, ArmFigures> arms = new EnumMap<>(Arm.class);
            figures.get(row).forEach((arm, collected) -> arms.put(arm, collected.figures()));
            return new RowFigures(row, request.calls(row), arms);
        }).toList();
        return new CallsReport(request, environment, start, Duration.ofNanos(System.nanoTime() - from), rounds, started.stopped(),
                timers, neighbours.share(), rows);
    }

    private void warmUp(Progress progress, Map<Arm, Double> timers)
            throws ArmFailedException, IOException, InterruptedException {
        for (Arm arm : request.arms()) {
            for (Row row : request.rows()) {
                if (row.kind() == Kind.FRESH || !row.under(arm) || started.stopped()) {
                    continue;
                }
                progress.at(0, request.rounds(), arm.key() + " " + row.key());
                ArmProcess process = program(arm, row);
                timers.putIfAbsent(arm, process.timer());
                for (int batch = 0; batch < request.warmUps() && row.kind() != Kind.RARE; batch++) {
                    ask(process, row, request.calls(row), false);
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
            for (int turn = 0; turn < arms.size() && !started.stopped(); turn++) {
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
                ArmProcess fresh = start(arm, "first");
                Answer answer = fresh.onlyAnswer(row.key(), Answer::parse);
                collected.batch(answer);
                collected.timed(answer);
                started.end(List.of(fresh));
            }
            default -> throw new IllegalStateException();
        }
    }

    private Answer ask(Arm arm, Row row, int calls, boolean timed)
            throws ArmFailedException, IOException, InterruptedException {
        ArmProcess process = program(arm, row);
        Thread.sleep(PAUSE_MS);
        neighbours.look();
        return ask(process, row, calls, timed);
    }

    private static Answer ask(ArmProcess process, Row row, int calls, boolean timed)
            throws ArmFailedException, InterruptedException {
        return process.ask(row.request() + " " + calls + (timed ? " 1" : " 0"), row.key(), Answer::parse);
    }

    /** The program that a row is measured in, started and settled when it is first wanted. */
    private ArmProcess program(Arm arm, Row row) throws ArmFailedException, IOException, InterruptedException {
        Key key = new Key(arm, row.program());
        ArmProcess process = programs.get(key);
        if (process == null) {
            process = row.program() == Row.Program.ALWAYS_MAPPED ? start(arm, Integer.toString(Row.MMAP_THRESHOLD)) : start(arm);
            programs.put(key, process);
            process.awaitReady();
            ask(process, Row.GETPID, SETTLING_CALLS, false);
        }
        return process;
    }

    private ArmProcess start(Arm arm, String... arguments) throws IOException, ArmFailedException {
        return arm == Arm.NATIVE ? started.startNative(arm.key(), Map.of(), List.of(arguments))
                : started.startOnLwk(arm.key(), arm.options(), Map.of(), List.of(arguments));
    }

    private Map<String, String> environmentOfPrograms() {
        Map<String, String> variables = new HashMap<>(request.environment());
        variables.put("OUTRIGGER_BENCH_CPU", Integer.toString(request.linuxCores()[0]));
        return variables;
    }
}
