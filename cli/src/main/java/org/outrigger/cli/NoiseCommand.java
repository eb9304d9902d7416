package org.outrigger.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.inject.Injection;
import org.outrigger.lab.load.Load;
import org.outrigger.lab.noise.Loop;
import org.outrigger.lab.noise.NoiseCsv;
import org.outrigger.lab.noise.NoiseHtml;
import org.outrigger.lab.noise.NoiseJson;
import org.outrigger.lab.noise.NoiseKernel;
import org.outrigger.lab.noise.NoiseReport;
import org.outrigger.lab.noise.NoiseRequest;
import org.outrigger.lab.noise.NoiseRunner;
import org.outrigger.lab.noise.NoiseText;
import org.outrigger.node.CoreSplit;
import picocli.CommandLine.ParseResult;

/** {@code outrigger noise}: what is to be measured, and the figures as text, JSON and CSV. */
final class NoiseCommand {
    private static final String DEFAULT_ARMS = "linux,linux+cgroup,linux+tuned,lwk";
    private static final String DEFAULT_LOADS = "none,cpu";
    private static final int ROUNDS = 6;
    private static final int QUICK_ROUNDS = 2;
    private static final int MOST_ROUNDS = 1000;
    private static final double SECONDS = 1.2;
    private static final double QUICK_SECONDS = 0.1;
    private static final double LEAST_SECONDS = 0.001;
    private static final double MOST_SECONDS = 3600;
    private static final int BITS = 18;
    private static final int LEAST_BITS = 10;
    private static final int MOST_BITS = 30;
    private static final int DETOUR_PERCENT = 900;
    private static final int LEAST_PERCENT = 101;
    private static final int MOST_PERCENT = 1_000_000;
    private static final int MOST_SAMPLES = 100_000_000;

    private final Surroundings surroundings;
    private final NoiseRunner runner;

    NoiseCommand(Surroundings surroundings, NoiseRunner runner) {
        this.surroundings = surroundings;
        this.runner = runner;
    }

    /**
     * Carries the command out.
     *
     * @return 0, or 1 when an arm or a load has failed
     * @throws RefusalException for anything that cannot be, before anything was started
     */
    int noise(ParseResult arguments) throws RefusalException {
        NoiseRequest request = request(arguments);
        Optional<Path> csv = folder(arguments, NoiseGrammar.CSV);
        Optional<Path> html = HtmlFile.of(arguments, surroundings.workingDirectory());
        try (Vigil vigil = new Vigil(surroundings, runner::stop)) {
            NoiseReport report;
            try {
                report = runner.run(request, (done, runs, what) ->
                        vigil.progress("run " + (done + 1) + " of " + runs + ": " + what));
            } catch (ArmFailedException failed) {
                vigil.clear();
                throw new RefusalException(ExitStatus.BENCHMARK_FAILED, failed.getMessage());
            }
            vigil.clear();
            String version = Main.version();
            surroundings.out().print(arguments.hasMatchedOption(Grammar.JSON)
                    ? NoiseJson.render(report, version) : NoiseText.render(report, version));
            surroundings.out().flush();
            if (csv.isPresent()) {
                write(report, csv.get());
            }
            if (html.isPresent()) {
                HtmlFile.write(html.get(), NoiseHtml.page(report, version));
            }
            return ExitStatus.OK;
        }
    }

    private static void write(NoiseReport report, Path folder) throws RefusalException {
        try {
            NoiseCsv.write(report, folder);
        } catch (IOException full) {
            throw new RefusalException(ExitStatus.BENCHMARK_FAILED, "cannot write to '" + folder + "': " + full.getMessage());
        }
    }

    private NoiseRequest request(ParseResult arguments) throws RefusalException {
        boolean quick = arguments.hasMatchedOption(Grammar.QUICK);
        double seconds = seconds(arguments, quick ? QUICK_SECONDS : SECONDS);
        Loop loop = new Loop(kernel(arguments), whole(arguments, NoiseGrammar.WORK, LEAST_BITS, MOST_BITS, BITS),
                whole(arguments, NoiseGrammar.INTERVAL, LEAST_BITS, MOST_BITS, BITS),
                whole(arguments, NoiseGrammar.DETOUR, LEAST_PERCENT, MOST_PERCENT, DETOUR_PERCENT), MOST_SAMPLES, seconds);
        loop = loop.with(whole(arguments, NoiseGrammar.SAMPLES, 1, MOST_SAMPLES, loop.enough()));
        int rounds = whole(arguments, Grammar.ROUNDS, 1, MOST_ROUNDS, quick ? QUICK_ROUNDS : ROUNDS);
        int seed = whole(arguments, NoiseGrammar.SEED, 0, Integer.MAX_VALUE, (int) (System.nanoTime() & MOST_PERCENT - 1));
        List<Arm> arms = arms(arguments);
        List<Load> loads = loads(arguments);
        Optional<Path> raw = folder(arguments, NoiseGrammar.RAW);
        Cores cores = Cores.of(new Settings(arguments, surroundings.environment()), surroundings);
        CoreSplit split = cores.split();
        String home = surroundings.environment().get(BenchCommand.HOME);
        if (home == null) {
            throw new RefusalException("noise must be measured by the outrigger script, which tells where Outrigger lies");
        }
        Ground ground = new Ground(Path.of(home), Setting.without(surroundings.environment()), cores.allowed().toArray(),
                split.lwk().toArray(), split.linux().toArray());
        return new NoiseRequest(ground, loop, arms, loads, rounds, seed, raw,
                !arguments.hasMatchedOption(NoiseGrammar.NO_BLAME), injection(arguments));
    }

    private static Optional<Injection> injection(ParseResult arguments) throws RefusalException {
        try {
            return text(arguments, NoiseGrammar.INJECT).map(Injection::parse);
        } catch (IllegalArgumentException wrong) {
            throw new RefusalException(NoiseGrammar.INJECT + ": " + wrong.getMessage());
        }
    }

    private static NoiseKernel kernel(ParseResult arguments) throws RefusalException {
        String name = text(arguments, NoiseGrammar.KERNEL).orElse(NoiseKernel.FWQ.key());
        return Arrays.stream(NoiseKernel.values()).filter(one -> one.key().equals(name)).findFirst().orElseThrow(() ->
                new RefusalException(NoiseGrammar.KERNEL + ": there is no kernel '" + name + "'; there are fwq, ftq, selfish"));
    }

    private static List<Arm> arms(ParseResult arguments) throws RefusalException {
        try {
            return Arm.parse(text(arguments, Grammar.ARMS).orElse(DEFAULT_ARMS));
        } catch (IllegalArgumentException wrong) {
            throw new RefusalException(Grammar.ARMS + ": " + wrong.getMessage());
        }
    }

    private static List<Load> loads(ParseResult arguments) throws RefusalException {
        String[] lists = arguments.hasMatchedOption(NoiseGrammar.LOAD)
                ? arguments.matchedOption(NoiseGrammar.LOAD).getValue() : new String[] {DEFAULT_LOADS};
        List<Load> loads = new ArrayList<>();
        try {
            for (String list : lists) {
                loads.addAll(Load.parse(list));
            }
        } catch (IllegalArgumentException wrong) {
            throw new RefusalException(NoiseGrammar.LOAD + ": " + wrong.getMessage());
        }
        return (arguments.hasMatchedOption(NoiseGrammar.UNCONFINED) ? loads.stream().map(Load::everywhere) : loads.stream())
                .distinct().toList();
    }

    private Optional<Path> folder(ParseResult arguments, String option) throws RefusalException {
        Optional<String> name = text(arguments, option);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        try {
            if (!name.get().isEmpty() && name.get().indexOf(ProgramCheck.UNDECODABLE) < 0) {
                Path folder = surroundings.workingDirectory().resolve(name.get()).toAbsolutePath();
                if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
                    throw new RefusalException(option + ": '" + name.get() + "' is no folder that can be written to");
                }
                return Optional.of(folder);
            }
        } catch (InvalidPathException unmappable) {
            // Refused below, like bytes that are no text.
        }
        throw new RefusalException(option + ": '" + name.get() + "' is no name of a folder");
    }

    private static double seconds(ParseResult arguments, double otherwise) throws RefusalException {
        Optional<String> text = text(arguments, NoiseGrammar.DURATION);
        if (text.isEmpty()) {
            return otherwise;
        }
        if (text.get().matches("[0-9]{1,4}(\\.[0-9]{1,9})?")) {
            double value = Double.parseDouble(text.get());
            if (value >= LEAST_SECONDS && value <= MOST_SECONDS) {
                return value;
            }
        }
        throw new RefusalException(NoiseGrammar.DURATION + ": '" + text.get() + "' is not a number from " + LEAST_SECONDS + " to "
                + (int) MOST_SECONDS);
    }

    private static Optional<String> text(ParseResult arguments, String option) {
        return arguments.hasMatchedOption(option) ? Optional.of(arguments.matchedOption(option).getValue()) : Optional.empty();
    }

    private static int whole(ParseResult arguments, String option, int least, int most, int otherwise) throws RefusalException {
        Optional<String> text = text(arguments, option);
        if (text.isEmpty()) {
            return otherwise;
        }
        if (text.get().matches("[0-9]{1,10}")) {
            long value = Long.parseLong(text.get());
            if (value >= least && value <= most) {
                return (int) value;
            }
        }
        throw new RefusalException(option + ": '" + text.get() + "' is not a number from " + least + " to " + most);
    }
}
