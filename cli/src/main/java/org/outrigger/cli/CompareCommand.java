package org.outrigger.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.compare.CompareCsv;
import org.outrigger.lab.compare.CompareHtml;
import org.outrigger.lab.compare.CompareJson;
import org.outrigger.lab.compare.CompareReport;
import org.outrigger.lab.compare.CompareRequest;
import org.outrigger.lab.compare.CompareRunner;
import org.outrigger.lab.compare.CompareText;
import org.outrigger.lab.compare.FigureOfMerit;
import org.outrigger.lab.load.Load;
import org.outrigger.node.CoreSplit;
import picocli.CommandLine.ParseResult;

/** {@code outrigger compare}: what is to be compared, and the answer as text, JSON and CSV. */
final class CompareCommand {
    private static final String DEFAULT_ARMS = "linux,lwk";
    private static final int ROUNDS = 14;
    private static final int MOST_ROUNDS = 1000;
    private static final int WARM_UPS = 1;
    private static final int FEWEST_ARMS = 2;
    private static final double MOST_SECONDS = 1e7;
    private static final double MOST_PERCENT = 1e4;
    private static final double PERCENT = 100;
    private static final double MILLI = 1000;
    private static final Path NOTHING = Path.of("/dev/null");

    private final Surroundings surroundings;
    private final CompareRunner runner;

    CompareCommand(Surroundings surroundings, CompareRunner runner) {
        this.surroundings = surroundings;
        this.runner = runner;
    }

    /**
     * Carries the command out.
     *
     * @param args      all arguments of the launcher
     * @param arguments those of the command, parsed
     * @return 0, or 1 when a run has failed
     * @throws RefusalException for anything that cannot be, before anything was started
     */
    int compare(String[] args, ParseResult arguments) throws RefusalException {
        CompareRequest request = request(args, arguments);
        Optional<Path> csv = folder(arguments);
        Optional<Path> html = HtmlFile.of(arguments, surroundings.workingDirectory());
        try (Vigil vigil = new Vigil(surroundings, runner::stop)) {
            CompareReport report = report(request, vigil);
            vigil.clear();
            String version = Main.version();
            surroundings.out().print(arguments.hasMatchedOption(Grammar.JSON)
                    ? CompareJson.render(report, version) : CompareText.render(report, version));
            surroundings.out().flush();
            if (csv.isPresent()) {
                write(csv.get().resolve(CompareCsv.FILE), CompareCsv.render(report));
            }
            if (html.isPresent()) {
                HtmlFile.write(html.get(), CompareHtml.page(report, version));
            }
            boolean failed = !report.complete() || !request.keepGoing()
                    && report.loads().stream().flatMap(load -> load.arms().stream()).flatMap(arm -> arm.runs().stream())
                    .anyMatch(run -> !run.good());
            return failed ? ExitStatus.BENCHMARK_FAILED : ExitStatus.OK;
        }
    }

    private CompareReport report(CompareRequest request, Vigil vigil) throws RefusalException {
        try {
            return runner.run(request, new CompareRunner.Progress() {
                @Override
                public void at(int round, String what) {
                    vigil.progress((round == 0 ? "" : "round " + round + " of " + request.rounds() + ": ") + what);
                }

                @Override
                public void output(String heading, String output) {
                    vigil.clear();
                    surroundings.err().print("outrigger: " + heading + "\n" + output);
                    surroundings.err().flush();
                }
            });
        } catch (ArmFailedException failed) {
            vigil.clear();
            throw new RefusalException(ExitStatus.BENCHMARK_FAILED, failed.getMessage());
        }
    }

    private static void write(Path file, String text) throws RefusalException {
        try {
            Files.writeString(file, text, StandardCharsets.UTF_8);
        } catch (IOException full) {
            throw new RefusalException(ExitStatus.BENCHMARK_FAILED, "cannot write '" + file + "': " + full.getMessage());
        }
    }

    private CompareRequest request(String[] args, ParseResult arguments) throws RefusalException {
        List<String> command = command(args, arguments);
        int rounds = whole(arguments, Grammar.ROUNDS, 1, ROUNDS);
        int warmUps = whole(arguments, Grammar.WARM_UP, 0, WARM_UPS);
        List<Arm> arms = arms(text(arguments, Grammar.ARMS).orElse(DEFAULT_ARMS));
        List<Load> loads = loads(arguments);
        List<FigureOfMerit> merits = merits(arguments);
        double threshold = decimal(arguments, CompareGrammar.THRESHOLD, 0, MOST_PERCENT).orElse(0.0) / PERCENT;
        Optional<Duration> timeout = decimal(arguments, CompareGrammar.TIMEOUT, 1 / MILLI, MOST_SECONDS)
                .map(seconds -> Duration.ofMillis(Math.round(seconds * MILLI)));
        Path input = input(arguments);
        Cores cores = Cores.of(new Settings(arguments, surroundings.environment()), surroundings);
        CoreSplit split = cores.split();
        String home = surroundings.environment().get(BenchCommand.HOME);
        if (home == null) {
            throw new RefusalException("a comparison must be started by the outrigger script, which tells where Outrigger lies");
        }
        ProgramCheck.Program program = new ProgramCheck(surroundings.environment().get("PATH"), surroundings.workingDirectory())
                .check(command.get(0));
        Ground ground = new Ground(Path.of(home), Setting.without(surroundings.environment()), cores.allowed().toArray(),
                split.lwk().toArray(), split.linux().toArray());
        return new CompareRequest(command, input, ground, arms, loads, rounds, warmUps, timeout, merits, threshold,
                arguments.hasMatchedOption(CompareGrammar.KEEP_GOING), arguments.hasMatchedOption(CompareGrammar.SHOW),
                !arguments.hasMatchedOption(CompareGrammar.NO_CALLS), program.plainLinuxReasons());
    }

    private static List<String> command(String[] args, ParseResult arguments) throws RefusalException {
        // The program's words are the last ones, whatever they are, so counting from the end finds the first.
        int words = arguments.hasMatchedPositional(0) ? arguments.matchedPositional(0).stringValues().size() : 0;
        if (words == 0) {
            throw new RefusalException("a program to compare is missing");
        }
        List<String> command = List.copyOf(Arrays.asList(args).subList(args.length - words, args.length));
        for (String word : command) {
            if (word.indexOf(ProgramCheck.UNDECODABLE) >= 0) {
                throw new RefusalException("'" + word + "' cannot be written in the character set of the locale");
            }
        }
        return command;
    }

    private static List<Arm> arms(String list) throws RefusalException {
        List<Arm> arms;
        try {
            arms = Arm.parse(list);
        } catch (IllegalArgumentException wrong) {
            throw new RefusalException(Grammar.ARMS + ": " + wrong.getMessage());
        }
        if (arms.size() < FEWEST_ARMS) {
            throw new RefusalException(Grammar.ARMS + ": one arm alone cannot be compared; '" + list + "," + list
                    + "' shows how much two equal ones differ");
        }
        return arms;
    }

    private static List<Load> loads(ParseResult arguments) throws RefusalException {
        List<Load> loads = new ArrayList<>();
        try {
            for (String list : texts(arguments, CompareGrammar.LOAD)) {
                loads.addAll(Load.parse(list));
            }
        } catch (IllegalArgumentException wrong) {
            throw new RefusalException(CompareGrammar.LOAD + ": " + wrong.getMessage());
        }
        if (loads.isEmpty()) {
            loads.add(Load.NOTHING);
        }
        return (arguments.hasMatchedOption(CompareGrammar.UNCONFINED) ? loads.stream().map(Load::everywhere) : loads.stream())
                .distinct().toList();
    }

    private static List<FigureOfMerit> merits(ParseResult arguments) throws RefusalException {
        try {
            return FigureOfMerit.parse(texts(arguments, CompareGrammar.FOM), texts(arguments, CompareGrammar.FOM_BETTER));
        } catch (IllegalArgumentException wrong) {
            throw new RefusalException(CompareGrammar.FOM + ": " + wrong.getMessage());
        }
    }

    private Path input(ParseResult arguments) throws RefusalException {
        Optional<Path> file = file(arguments, CompareGrammar.STDIN);
        if (file.isPresent() && (!Files.isReadable(file.get()) || Files.isDirectory(file.get()))) {
            throw new RefusalException(CompareGrammar.STDIN + ": '" + file.get() + "' is no file that can be read");
        }
        return file.map(Path::toAbsolutePath).orElse(NOTHING);
    }

    private Optional<Path> folder(ParseResult arguments) throws RefusalException {
        Optional<Path> folder = file(arguments, CompareGrammar.CSV);
        if (folder.isPresent()) {
            String obstacle = Files.isDirectory(folder.get()) ? ReportFile.obstacle(folder.get().resolve(CompareCsv.FILE))
                    : "there is no such directory";
            if (obstacle != null) {
                throw new RefusalException(CompareGrammar.CSV + ": cannot write to '" + folder.get() + "': " + obstacle);
            }
        }
        return folder;
    }

    private Optional<Path> file(ParseResult arguments, String option) throws RefusalException {
        Optional<String> name = text(arguments, option);
        try {
            if (name.isEmpty() || !name.get().isEmpty() && name.get().indexOf(ProgramCheck.UNDECODABLE) < 0) {
                return name.map(surroundings.workingDirectory()::resolve);
            }
        } catch (InvalidPathException unmappable) {
            // Refused below, like bytes that are no text.
        }
        throw new RefusalException(option + ": '" + name.get() + "' is no name of a file");
    }

    private static Optional<String> text(ParseResult arguments, String option) {
        return arguments.hasMatchedOption(option) ? Optional.of(arguments.matchedOption(option).getValue()) : Optional.empty();
    }

    private static List<String> texts(ParseResult arguments, String option) {
        return arguments.hasMatchedOption(option) ? List.of(arguments.matchedOption(option).<String[]>getValue()) : List.of();
    }

    private static int whole(ParseResult arguments, String option, int least, int otherwise) throws RefusalException {
        Optional<String> text = text(arguments, option);
        if (text.isEmpty()) {
            return otherwise;
        }
        if (text.get().matches("[0-9]{1,4}") && Integer.parseInt(text.get()) >= least
                && Integer.parseInt(text.get()) <= MOST_ROUNDS) {
            return Integer.parseInt(text.get());
        }
        throw new RefusalException(option + ": '" + text.get() + "' is not a number from " + least + " to " + MOST_ROUNDS);
    }

    private static Optional<Double> decimal(ParseResult arguments, String option, double least, double most)
            throws RefusalException {
        Optional<String> text = text(arguments, option);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (text.get().matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
            double value = Double.parseDouble(text.get());
            if (value >= least && value <= most) {
                return Optional.of(value);
            }
        }
        throw new RefusalException(option + ": '" + text.get() + "' is not a number from " + plain(least) + " to " + plain(most));
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
