package org.outrigger.lab.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.outrigger.host.Syscalls;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.arms.ArmKind;
import org.outrigger.lab.arms.Confinement;
import org.outrigger.lab.environment.Environment;
import org.outrigger.lab.load.Load;
import org.outrigger.lab.load.RunningLoad;

/** Runs a program under each arm in turn, round after round, with the order changed from round to round. */
public final class Comparer implements CompareRunner {
    /** Whether nothing more is to be done: somebody said so, or a run has failed. */
    private volatile boolean stopped;
    private volatile Attempt attempt;

    private CompareRequest request;
    private Progress progress;
    private boolean interrupted;

    @Override
    public void stop() {
        stopped = true;
        Attempt running = attempt;
        if (running != null) {
            running.cut();
        }
    }

    @Override
    public CompareReport run(CompareRequest wanted, Progress listener) throws ArmFailedException {
        request = wanted;
        progress = listener;
        Environment environment = Environment.read(request.ground().environment().getOrDefault("OUTRIGGER_JVM_FLAGS", ""));
        Instant start = Instant.now();
        long from = System.nanoTime();
        if (!Files.isExecutable(request.ground().tool("meter"))) {
            throw new ArmFailedException("the program " + request.ground().tool("meter") + " is missing: build Outrigger anew");
        }
        Steal steal = Steal.now();
        List<LoadRuns> loads = new ArrayList<>();
        Map<ArmKind, CallCount> counts = new EnumMap<>(ArmKind.class);
        try (Scratch scratch = Scratch.make(request.ground())) {
            Confinement.confine(new Syscalls(), request.ground().linuxCores());
            attempt = new Attempt(request, scratch);
            for (Load load : request.loads()) {
                loads.add(beside(load));
            }
            for (Arm arm : request.arms()) {
                if (request.count() && !over() && !counts.containsKey(arm.kind())) {
                    progress.at(0, arm.kind().key() + ", counting system calls");
                    counts.put(arm.kind(), attempt.count(arm));
                }
            }
        } catch (IOException impossible) {
            throw new ArmFailedException(impossible.getMessage());
        }
        interrupted |= stopped;
        List<String> notes = new ArrayList<>(request.notes());
        steal.note().ifPresent(notes::add);
        CallCount none = CallCount.unknown(request.count() ? "the comparison ended before" : "not asked for");
        List<ArmFacts> facts = request.arms().stream().map(arm -> {
            CallCount count = counts.getOrDefault(arm.kind(), none);
            return new ArmFacts(arm, count.calls(), count.how(), attempt.changes(arm), attempt.notes(arm));
        }).toList();
        return new CompareReport(request, environment, start, Duration.ofNanos(System.nanoTime() - from), interrupted, loads,
                facts,
                notes);
    }

    private boolean over() {
        return stopped || interrupted;
    }

    private LoadRuns beside(Load load) throws ArmFailedException, IOException {
        List<ArmRuns> arms = request.arms().stream().map(arm -> new ArmRuns(arm, new ArrayList<>())).toList();
        if (over()) {
            return new LoadRuns(load, "", arms);
        }
        Optional<RunningLoad> running = RunningLoad.start(load, request.ground());
        try {
            for (int round = -request.warmUps(); round < request.rounds() && !over(); round++) {
                round(round, load, arms);
                if (running.isPresent()) {
                    running.get().check();
                }
            }
            return new LoadRuns(load, running.map(RunningLoad::what).orElse(""), arms);
        } finally {
            running.ifPresent(RunningLoad::close);
        }
    }

    private void round(int round, Load load, List<ArmRuns> arms) throws ArmFailedException, IOException {
        int turn = 0;
        for (int number : Order.of(Math.max(round, 0), arms.size())) {
            if (over()) {
                return;
            }
            ArmRuns arm = arms.get(number);
            String what = arm.arm() + (load.kind() == Load.Kind.NONE ? "" : " beside the load " + load);
            progress.at(Math.max(round + 1, 0), what);
            Run run = attempt.run(arm.arm(), Math.max(round + 1, 0), turn++);
            if (stopped) {
                return;
            }
            if (request.show() || !run.good()) {
                String when = round < 0 ? "warm-up" : "round " + (round + 1);
                progress.output(what + ", " + when + run.failure().map(": "::concat).orElse(""), attempt.output(!run.good()));
            }
            if (round >= 0) {
                arm.runs().add(run);
            }
            if (!run.good() && !request.keepGoing()) {
                interrupted = true;
            }
        }
    }
}
