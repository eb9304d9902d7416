package org.outrigger.lab.noise;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.outrigger.host.Syscalls;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.arms.ArmKind;
import org.outrigger.lab.arms.Confinement;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.arms.Journal;
import org.outrigger.lab.arms.Kept;
import org.outrigger.lab.arms.Stage;
import org.outrigger.lab.environment.Environment;
import org.outrigger.lab.load.Load;
import org.outrigger.lab.load.RunningLoad;

/**
 * Runs the measuring loop under each arm beside each load. Each round has them all, loads in one random order and the arms
 * beside each load in another, so that what drifts with the time hits all alike.
 */
public final class NoiseLab implements NoiseRunner {
    /** Far beyond the slowest start and what a load can do to a run. */
    private static final long PATIENCE_S = 120;

    /** What runs now, for whoever stops this. Guarded by itself, like {@link #stopped}. */
    private final List<Kept> running = new ArrayList<>();
    private boolean stopped;

    private final Map<Arm, NoiseReport.SetUp> setUps = new LinkedHashMap<>();
    private final Map<Load, String> commands = new LinkedHashMap<>();
    private final List<NoiseRun> runs = new ArrayList<>();
    private NoiseRequest request;
    private Path folder;

    @Override
    public void stop() {
        synchronized (running) {
            stopped = true;
            running.forEach(Kept::cut);
        }
    }

    private boolean stopped() {
        synchronized (running) {
            return stopped;
        }
    }

    @Override
    public NoiseReport run(NoiseRequest wanted, Progress progress) throws ArmFailedException {
        request = wanted;
        Ground ground = request.ground();
        for (String tool : List.of("keep", "noise")) {
            if (!Files.isExecutable(ground.tool(tool))) {
                throw new ArmFailedException("the program " + ground.tool(tool) + " is missing: build Outrigger anew");
            }
        }
        Environment environment = Environment.read(ground.environment().getOrDefault("OUTRIGGER_JVM_FLAGS", ""));
        Instant start = Instant.now();
        long from = System.nanoTime();
        try (Journal journal = Journal.open(ground)) {
            folder = Path.of(System.getProperty("java.io.tmpdir"),
                    "outrigger-noise-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
            journal.willRemoveTree(folder);
            Files.createDirectory(folder);
            Confinement.confine(new Syscalls(), ground.linuxCores());
            Random order = new Random(request.seed());
            for (int round = 0; round < request.rounds() && !stopped(); round++) {
                round(round, order, progress);
            }
        } catch (ArmFailedException failed) {
            if (!stopped()) {
                throw failed;
            }
        } catch (IOException impossible) {
            throw new ArmFailedException(impossible.getMessage());
        }
        List<Cell> cells = new ArrayList<>();
        for (Load load : request.loads()) {
            for (Arm arm : request.arms()) {
                cells.add(new Cell(request.loop().kernel(), arm, load,
                        runs.stream().filter(run -> run.arm().equals(arm) && run.load().equals(load)).toList()));
            }
        }
        return new NoiseReport(request, environment, start, Duration.ofNanos(System.nanoTime() - from), stopped(), cells,
                setUps, commands);
    }

    private void round(int round, Random order, Progress progress) throws ArmFailedException, IOException {
        List<Load> loads = new ArrayList<>(request.loads());
        Collections.shuffle(loads, order);
        for (Load load : loads) {
            List<Arm> arms = new ArrayList<>(request.arms());
            Collections.shuffle(arms, order);
            Optional<RunningLoad> beside = stopped() ? Optional.empty() : RunningLoad.start(load, request.ground());
            try {
                beside.ifPresent(running -> commands.put(load, running.what()));
                for (Arm arm : arms) {
                    if (stopped()) {
                        break;
                    }
                    progress.at(runs.size(), request.rounds() * request.loads().size() * arms.size(), arm + ", load " + load);
                    NoiseRun run = run(arm, load, round);
                    if (beside.isPresent()) {
                        beside.get().check();
                    }
                    runs.add(run);
                }
            } finally {
                beside.ifPresent(RunningLoad::close);
            }
        }
    }

    private NoiseRun run(Arm arm, Load load, int round) throws ArmFailedException, IOException {
        Ground ground = request.ground();
        boolean bound = arm.kind() != ArmKind.LINUX && arm.kind() != ArmKind.LINUX_CGROUP;
        Path name = folder.resolve(request.loop().kernel().key());
        List<String> program = new ArrayList<>(List.of(ground.tool("noise").toString()));
        program.addAll(request.loop().arguments());
        program.addAll(bound ? List.of("-c", Ground.list(ground.lwkCores()))
                : List.of("-t", Integer.toString(ground.lwkCores().length)));
        program.addAll(List.of("-o", name.toString()));
        int[] measured = arm.kind() == ArmKind.LINUX ? ground.allowed() : ground.lwkCores();
        try (Stage stage = Stage.prepare(arm, ground)) {
            setUps.put(arm, new NoiseReport.SetUp(stage.changes(), stage.notes()));
            Path stat = Path.of("/proc/stat");
            Optional<Double> stolen = StealTime.read(stat, measured);
            long from = System.nanoTime();
            String told = told(arm, stage.builder(List.of(), program));
            double wall = System.nanoTime() - from;
            Optional<Double> stolenSince = StealTime.read(stat, measured);
            List<Series> series;
            try {
                series = SeriesFiles.read(request.loop().kernel(), told, name);
            } catch (IllegalArgumentException garbled) {
                throw new ArmFailedException("the arm '" + arm + "' gave no measurement: " + garbled.getMessage());
            }
            if (series.get(0).onLwk() != arm.kind().onLwk()) {
                throw new ArmFailedException("the arm '" + arm + "' " + (arm.kind().onLwk() ? "runs on plain Linux"
                        : "runs on an LWK: the laboratory itself was started on one"));
            }
            keepFiles(arm, load, round);
            return new NoiseRun(arm, load, round, series,
                    stolen.flatMap(before -> stolenSince.map(after -> after - before)), wall);
        }
    }

    /** What the program says, when it has ended well. */
    private String told(Arm arm, ProcessBuilder builder) throws ArmFailedException, IOException {
        Path said = folder.resolve("said");
        builder.redirectError(said.toFile()).redirectOutput(folder.resolve("told").toFile());
        Kept program;
        synchronized (running) {
            if (stopped) {
                throw new ArmFailedException("stopped");
            }
            program = Kept.start(builder);
            running.add(program);
        }
        try (program) {
            boolean ended = program.process().waitFor(PATIENCE_S + (long) request.loop().seconds(), TimeUnit.SECONDS);
            if (!ended || program.process().exitValue() != 0) {
                String words = new String(Files.readAllBytes(said), StandardCharsets.UTF_8).strip();
                throw new ArmFailedException("the arm '" + arm + "' " + (ended ? "ended with status "
                        + program.process().exitValue() : "did not end") + (words.isEmpty() ? "" : ": " + words));
            }
            return Files.readString(folder.resolve("told"));
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            throw new ArmFailedException("interrupted");
        } finally {
            synchronized (running) {
                running.remove(program);
            }
        }
    }

    /** Moves the loop's files to where the user wants them, or removes them. */
    private void keepFiles(Arm arm, Load load, int round) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.dat")) {
            for (Path file : files) {
                if (request.raw().isPresent()) {
                    String run = (arm + "_" + load).replaceAll("[^A-Za-z0-9+@#_-]+", "-");
                    Files.move(file, request.raw().get().resolve(run + "_round" + (round + 1) + "_" + file.getFileName()),
                            StandardCopyOption.REPLACE_EXISTING);
                } else {
                    Files.delete(file);
                }
            }
        }
    }
}
