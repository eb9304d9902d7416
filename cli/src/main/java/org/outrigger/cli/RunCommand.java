package org.outrigger.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.outrigger.kernel.boot.Intercept;
import org.outrigger.kernel.boot.JobRequest;
import org.outrigger.kernel.boot.JobRunner;
import org.outrigger.kernel.boot.Seat;
import org.outrigger.kernel.loop.Pace;
import org.outrigger.kernel.memory.MemoryPlan;
import org.outrigger.lab.inject.Injection;
import org.outrigger.lab.inject.Injector;
import org.outrigger.node.CoreSplit;
import org.outrigger.node.partition.PartitionException;
import org.outrigger.node.partition.Partitions;
import org.outrigger.node.partition.PoolPages;
import org.outrigger.node.partition.StateFolder;
import picocli.CommandLine.ParseResult;

/** {@code outrigger run}: checks everything that can be checked before a run, then shows the plan or hands the job over. */
final class RunCommand {
    private final Surroundings surroundings;
    private final JobRunner runner;
    private final TriageView triage;

    RunCommand(Surroundings surroundings, JobRunner runner, TriageView triage) {
        this.surroundings = surroundings;
        this.runner = runner;
        this.triage = triage;
    }

    /**
     * Carries the command out.
     *
     * @param args      all arguments of the launcher
     * @param arguments those of the command, parsed
     * @return the exit status
     * @throws RefusalException for anything that cannot be, before anything was started
     */
    int execute(String[] args, ParseResult arguments) throws RefusalException {
        // The program's words are the last ones, whatever they are, so counting from the end finds the first.
        int words = arguments.hasMatchedPositional(0) ? arguments.matchedPositional(0).stringValues().size() : 0;
        if (words == 0) {
            throw new RefusalException("a program to run is missing");
        }
        List<String> command = Arrays.asList(args).subList(args.length - words, args.length);
        Settings settings = new Settings(arguments, surroundings.environment());
        Optional<Integer> ranks = settings.ranks();
        boolean label = settings.flag(Setting.LABEL);
        boolean dryRun = settings.flag(Setting.DRY_RUN);
        int verbosity = settings.verbosity();
        Intercept intercept = settings.intercept();
        Seating seating = Seating.of(settings, surroundings);
        CoreSplit cores = seating.cores();
        int loops = settings.kernelLoops(cores.linux().toArray().length);
        Pace.Priority priority = settings.loopPriority();
        Optional<Injection> noise = settings.injection();
        settings.realTime(false);
        Optional<Path> table = triageFile(settings);
        Optional<Path> report = settings.file(Setting.REPORT);
        boolean measure = report.isPresent();
        report = reportFile(settings, report);
        ProgramCheck.Program program = new ProgramCheck(surroundings.environment().get("PATH"),
                surroundings.workingDirectory()).check(command.get(0));
        MemoryAmounts amounts = seating.amounts(ranks.orElse(1));
        MemoryPlan memory = new MemorySettings(settings, surroundings)
                .plan(amounts.amounts(), amounts.guarantees(), cores.lwk(), ranks.orElse(1));
        Optional<Path> written = report;
        Maker maker = seat -> {
            JobRequest request = new JobRequest(command, args.length - words, program.file(), cores.lwk().toArray(),
                    cores.linux().toArray(), cores.shared(), ranks.isPresent() ? ranks.get() : 1, ranks.isPresent(), label,
                    loops, priority, settings.realTime(seat.isPresent() && seating.realTime()), memory, intercept, table, written,
                    measure, verbosity, program.plainLinuxReasons());
            return seat.isPresent() ? request.seated(seat.get()) : leavingPartitions(request);
        };
        if (dryRun) {
            surroundings.out().print(new Plan(maker.request(seating.planned())).text());
            noise.ifPresent(pattern -> surroundings.out().print("injected noise: " + pattern.text() + "\n"));
            return ExitStatus.OK;
        }
        if (noise.isPresent() && !(seating instanceof PlainSeating)) {
            throw settings.bad(Setting.INJECT, "noise comes to runs outside of partitions only");
        }
        boolean begun = false;
        try {
            JobRequest request = maker.request(seating.take(command.get(0)));
            tell(request);
            begun = true;
            return noise.isPresent() ? runBesideNoise(request, settings, noise.get()) : runner.run(request);
        } finally {
            if (!begun) {
                seating.abandon();
            }
        }
    }

    /** Makes the job with a seat or without. */
    private interface Maker {
        JobRequest request(Optional<Seat> seat) throws RefusalException;
    }

    /** Pages that belong to partitions are not for a job that is in none. Where there are no partitions, one look says so. */
    private JobRequest leavingPartitions(JobRequest request) {
        StateFolder own = OwnPartitions.folder(surroundings);
        StateFolder roots = OwnPartitions.folderOfRoot(surroundings);
        boolean same = own.folder().equals(roots.folder());
        if (!own.kept() && (same || !roots.kept())) {
            return request;
        }
        List<PoolPages> held = new ArrayList<>();
        try {
            for (StateFolder folder : same ? List.of(own) : List.of(own, roots)) {
                held.addAll(SeatMaker.pagesOf(new Partitions(SeatMaker.NODE, folder)));
            }
        } catch (PartitionException broken) { // who runs something beside partitions need not be the one to mend them
            note("pages of partitions are not left alone: " + broken.getMessage() + "\n");
        }
        return held.isEmpty() ? request : request.leaving(SeatLink.shares(held));
    }

    private int runBesideNoise(JobRequest request, Settings settings, Injection noise) throws RefusalException {
        try (Injector injector = Injector.start(Programs.of("outrigger-inject"), noise, request.lwkCores())) {
            if (request.verbosity() > 0) {
                note("injected noise: " + noise.text() + ", of which " + injector.overhead() + " ns are changes of context\n");
            }
            return runner.run(request);
        } catch (IOException refused) {
            throw settings.bad(Setting.INJECT, refused.getMessage());
        }
    }

    private Optional<Path> triageFile(Settings settings) throws RefusalException {
        Optional<Path> file = settings.file(Setting.TRIAGE);
        if (file.isEmpty()) {
            return file;
        }
        Path located = surroundings.workingDirectory().resolve(file.get());
        try {
            triage.check(located);
        } catch (TriageFileException wrong) {
            throw settings.bad(Setting.TRIAGE, wrong.getMessage());
        }
        return Optional.of(located);
    }

    private Optional<Path> reportFile(Settings settings, Optional<Path> file) throws RefusalException {
        if (file.isEmpty() || file.get().toString().equals(Grammar.STANDARD_ERROR)) {
            return Optional.empty();
        }
        Path located = surroundings.workingDirectory().resolve(file.get());
        String obstacle = ReportFile.obstacle(located);
        if (obstacle != null) {
            throw settings.bad(Setting.REPORT, "cannot write the report to '" + file.get() + "': " + obstacle);
        }
        return Optional.of(located);
    }

    private void tell(JobRequest request) {
        if (request.verbosity() > 0) {
            note(new Plan(request).text());
        }
        if (request.sharedCore()) {
            note("only CPU " + request.lwkCores()[0] + " may be used: the LWK and Linux share it, without spinning\n");
        }
        if (request.kernelLoops() > request.linuxCores().length) {
            note("there are more kernel loops, " + request.kernelLoops() + ", than Linux cores, " + request.linuxCores().length
                    + ": they share cores, without spinning\n");
        }
        for (String reason : request.plainLinuxReasons()) {
            note(reason.concat("\n"));
        }
        surroundings.err().flush();
    }

    /** Lines on standard error, each with the tool's name, written at once so that the output of others does not tear them. */
    private void note(String lines) {
        StringBuilder text = new StringBuilder();
        int start = 0;
        while (start < lines.length()) {
            int end = lines.indexOf('\n', start) + 1;
            text.append("outrigger: ").append(lines, start, end);
            start = end;
        }
        surroundings.err().print(text);
    }
}
