package org.outrigger.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.calls.Arm;
import org.outrigger.lab.calls.CallsJson;
import org.outrigger.lab.calls.CallsReport;
import org.outrigger.lab.calls.CallsRequest;
import org.outrigger.lab.calls.CallsRunner;
import org.outrigger.lab.calls.CallsText;
import org.outrigger.lab.calls.Row;
import org.outrigger.node.CoreSplit;
import org.outrigger.node.CpuSet;
import picocli.CommandLine.ParseResult;

/** {@code outrigger bench calls}: what is to be measured, and the figures as text or JSON. */
final class BenchCommand {
    /** The variable by which the {@code outrigger} script tells a benchmark the folder where it lies. */
    static final String HOME = "OUTRIGGER_HOME";

    private static final int ROUNDS = 12;
    private static final int MOST_ROUNDS = 10_000;
    private static final int WARM_UPS = 1;
    private static final int QUICK_ROUNDS = 2;
    private static final int QUICK_SHRINK = 20;

    private final Surroundings surroundings;
    private final CallsRunner runner;

    BenchCommand(Surroundings surroundings, CallsRunner runner) {
        this.surroundings = surroundings;
        this.runner = runner;
    }

    /**
     * Carries the command out.
     *
     * @return 0, or 1 when an arm failed
     * @throws RefusalException for anything that cannot be, before anything was started
     */
    int calls(ParseResult arguments) throws RefusalException {
        CallsRequest request = request(arguments);
        try (Vigil vigil = new Vigil(surroundings, runner::stop)) {
            CallsReport report = report(request, vigil);
            vigil.clear();
            String version = Main.version();
            surroundings.out().print(arguments.hasMatchedOption(Grammar.JSON)
                    ? CallsJson.render(report, version) : CallsText.render(report, version));
            surroundings.out().flush();
            return ExitStatus.OK;
        }
    }

    private CallsReport report(CallsRequest request, Vigil vigil) throws RefusalException {
        try {
            return runner.run(request, (round, rounds, what) ->
                    vigil.progress((round == 0 ? "warming up" : "round " + round + " of " + rounds) + ": " + what));
        } catch (ArmFailedException failed) {
            vigil.clear();
            throw new RefusalException(ExitStatus.BENCHMARK_FAILED, failed.getMessage());
        }
    }

    private CallsRequest request(ParseResult arguments) throws RefusalException {
        boolean quick = arguments.hasMatchedOption(Grammar.QUICK);
        Settings settings = new Settings(arguments, surroundings.environment());
        int rounds = number(arguments, Grammar.ROUNDS, 1, quick ? QUICK_ROUNDS : ROUNDS);
        int warmUps = number(arguments, Grammar.WARM_UP, 0, WARM_UPS);
        List<Row> rows = chosen(arguments, Grammar.ROWS, "row", Row.values(), Row::key);
        List<Arm> arms = chosen(arguments, Grammar.ARMS, "arm", Arm.values(), Arm::key);
        Cores cores = Cores.of(settings, surroundings);
        CoreSplit split = cores.split();
        // One core, so that no arm has more of them than another, unless the user says otherwise.
        CpuSet lwk = cores.lwkChosen() ? split.lwk() : CpuSet.of(split.lwk().first());
        String home = surroundings.environment().get(HOME);
        if (home == null) {
            throw new RefusalException("the benchmark must be started by the outrigger script, which tells where Outrigger lies");
        }
        return new CallsRequest(Path.of(home), Setting.without(surroundings.environment()), rows, arms, rounds, warmUps, quick
                ? QUICK_SHRINK : 1,
                cores.allowed().toArray(), lwk.toArray(), split.linux().toArray());
    }

    private static int number(ParseResult arguments, String option, int least, int otherwise) throws RefusalException {
        if (!arguments.hasMatchedOption(option)) {
            return otherwise;
        }
        String text = arguments.matchedOption(option).getValue();
        if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) >= least && Integer.parseInt(text) <= MOST_ROUNDS) {
            return Integer.parseInt(text);
        }
        throw new RefusalException(option + ": '" + text + "' is not a number from " + least + " to " + MOST_ROUNDS);
    }

    /** The members of a list that were named, in their own order; all when none was. */
    private static <T> List<T> chosen(ParseResult arguments, String option, String kind, T[] all, Function<T, String> name)
            throws RefusalException {
        if (!arguments.hasMatchedOption(option)) {
            return List.of(all);
        }
        List<String> wanted = new ArrayList<>(List.of(arguments.matchedOption(option).<String>getValue().split(",", -1)));
        List<T> found = Arrays.stream(all).filter(member -> wanted.contains(name.apply(member))).toList();
        wanted.removeAll(found.stream().map(name).toList());
        if (!wanted.isEmpty()) {
            throw new RefusalException(option + ": there is no " + kind + " '" + wanted.get(0) + "'; there are "
                    + String.join(", ", Arrays.stream(all).map(name).toList()));
        }
        return found;
    }
}
