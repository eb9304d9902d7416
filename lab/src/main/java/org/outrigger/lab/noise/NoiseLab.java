package org.outrigger.lab.noise;

import java.io.Closeable;
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
import java.util.Comparator;
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
import org.outrigger.lab.attribution.Detour;
import org.outrigger.lab.attribution.KernelTrace;
import org.outrigger.lab.attribution.Witness;
import org.outrigger.lab.environment.Environment;
import org.outrigger.lab.environment.StealTime;
import org.outrigger.lab.inject.Injector;
import org.outrigger.lab.load.Load;
import org.outrigger.lab.load.RunningLoad;

/**
 * Runs the measuring loop under each arm beside each load. Each round has them all, loads in one random order and the arms
 * beside each load in another, so that what drifts with the time hits all alike.
 */
public final class NoiseLab implements NoiseRunner {
    /** Far beyond the slowest start and what a load can do to a run. */
    private static final long PATIENCE_S = 120;
    /** The round of a run that is not among those that are counted. */
    private static final int UNCOUNTED = -1;
    /** Shorter ones are the processor's own. */
    private static final double LEAST_DETOUR_NS = 1000;
    private static final int DETOUR_PERCENT = 900;
    private static final int MOST_DETOURS = 1_000_000;
    private static final double NANO = 1e9;
    private static final String SAID = "said";
    /** As the kernel calls the threads of the measuring loop. */
    private static final String MEASURED_NAME = "outrigger-noise";

    /** What runs now, for whoever stops this. Guarded by itself, like {@link #stopped}. */
    private final List<Kept> running = new ArrayList<>();
    private boolean stopped;

    private final Map<Arm, NoiseReport.SetUp> setUps = new LinkedHashMap<>();
    private final Map<Load, String> commands = new LinkedHashMap<>();
    private final List<NoiseRun> runs = new ArrayList<>();
    private final List<Culprits> culprits = new ArrayList<>();
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
        for (String tool : List.of("keep", "noise", "inject")) {
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
            Closeable noise = injected();
            try {
                for (int round = 0; round < request.rounds() && !stopped(); round++) {
                    round(round, order, progress);
                }
                if (request.blame() && !stopped()) {
                    blame(journal, progress);
                }
            } finally {
                noise.close();
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
                culprits, setUps, commands);
    }

    private Closeable injected() throws IOException {
        if (request.inject().isEmpty()) {
            return () -> { };
        }
        try {
            return Injector.start(request.ground().tool("inject"), request.inject().get(), request.ground().lwkCores())::close;
        } catch (IOException refused) {
            throw new IOException("noise cannot be injected: " + refused.getMessage(), refused);
        }
    }

    /** Finds out who took the time of detours, once for each arm beside each load. */
    private void blame(Journal journal, Progress progress) throws ArmFailedException, IOException {
        Loop loop = new Loop(NoiseKernel.SELFISH, 0, 0, DETOUR_PERCENT, MOST_DETOURS, request.loop().seconds());
        for (Load load : request.loads()) {
            try (RunningLoad beside = RunningLoad.start(load, request.ground()).orElse(null)) {
                for (Arm arm : request.arms()) {
                    if (stopped()) {
                        return;
                    }
                    progress.at(runs.size(), runs.size(), "who took the time of " + arm + ", load " + load);
                    blame(arm, load, loop, journal);
                }
                if (beside != null) {
                    beside.check();
                }
            }
        }
    }

    private void blame(Arm arm, Load load, Loop loop, Journal journal) throws ArmFailedException, IOException {
        journal.willRemoveGroup(KernelTrace.instance(KernelTrace.TRACEFS)); // a folder of the kernel's, as a control group is
        Ground ground = request.ground();
        try (Witness witness = Witness.of(arm.kind() == ArmKind.LINUX ? ground.allowed() : ground.lwkCores())) {
            witness.start();
            NoiseRun run = run(arm, load, UNCOUNTED, loop);
            witness.stop();
            List<Detour> detours = new ArrayList<>();
            for (Series series : run.series()) {
                for (int i = 0; i < series.valuesNs().length; i++) {
                    if (series.valuesNs()[i] >= LEAST_DETOUR_NS) {
                        long start = series.startTicks() + (long) (series.startsNs()[i] * series.ticksPerNs());
                        detours.add(new Detour(series.bound() ? series.cpu() : Detour.ANYWHERE, start,
                                start + (long) (series.valuesNs()[i] * series.ticksPerNs())));
                    }
                }
            }
            detours.sort(Comparator.comparingLong(Detour::start));
            culprits.add(new Culprits(arm, load, witness.explain(detours, MEASURED_NAME, run.series().get(0).ticksPerNs(),
                    run.elapsedNs() / NANO)));
        }
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
                    NoiseRun run = run(arm, load, round, request.loop());
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

    private NoiseRun run(Arm arm, Load load, int round, Loop loop) throws ArmFailedException, IOException {
        Ground ground = request.ground();
        boolean bound = arm.kind() != ArmKind.LINUX && arm.kind() != ArmKind.LINUX_CGROUP;
        Path name = folder.resolve(loop.kernel().key());
        List<String> program = new ArrayList<>(List.of(ground.tool("noise").toString()));
        program.addAll(loop.arguments());
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
            stage.heard(words());
            setUps.put(arm, new NoiseReport.SetUp(stage.changes(), stage.notes()));
            Optional<Double> stolenSince = StealTime.read(stat, measured);
            List<Series> series;
            try {
                series = SeriesFiles.read(loop.kernel(), told, name);
            } catch (IllegalArgumentException garbled) {
                throw new ArmFailedException("the arm '" + arm + "' gave no measurement: " + garbled.getMessage());
            }
            if (series.get(0).onLwk() != arm.kind().onLwk()) {
                throw new ArmFailedException("the arm '" + arm + "' " + (arm.kind().onLwk() ? "runs on plain Linux"
                        : "runs on an LWK: the laboratory itself was started on one"));
            }
            try {
                keepFiles(arm, load, round);
            } catch (IOException refused) {
                // Its message is often no more than the name of the file.
                throw new ArmFailedException("the files of the loop cannot be kept: " + refused);
            }
            return new NoiseRun(arm, load, round, series,
                    stolen.flatMap(before -> stolenSince.map(after -> after - before)), wall, measured.length);
        }
    }

    /** What the program says, when it has ended well. */
    private String told(Arm arm, ProcessBuilder builder) throws ArmFailedException, IOException {
        builder.redirectError(folder.resolve(SAID).toFile()).redirectOutput(folder.resolve("told").toFile());
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
                String words = words();
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

    /** What the program has written to standard error. */
    private String words() throws IOException {
        return new String(Files.readAllBytes(folder.resolve(SAID)), StandardCharsets.UTF_8).strip();
    }

    /** Moves the loop's files to where the user wants them, or removes them. */
    private void keepFiles(Arm arm, Load load, int round) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.dat")) {
            for (Path file : files) {
                if (request.raw().isPresent() && round != UNCOUNTED) {
                    String name = arm + "_" + request.fileName(load) + "_round" + (round + 1) + "_" + file.getFileName();
                    Files.move(file, request.raw().get().resolve(name), StandardCopyOption.REPLACE_EXISTING);
                } else {
                    Files.delete(file);
                }
            }
        }
    }
}
