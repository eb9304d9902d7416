package org.outrigger.cli;

import java.util.List;
import org.outrigger.lab.calls.Arm;
import org.outrigger.lab.calls.CallsJson;
import org.outrigger.lab.calls.CallsReport;
import org.outrigger.lab.calls.CallsRequest;
import org.outrigger.lab.calls.CallsRunner;
import org.outrigger.lab.calls.CallsText;
import org.outrigger.lab.calls.Row;
import org.outrigger.node.CoreSplit;
import picocli.CommandLine.ParseResult;

/** {@code outrigger bench calls}: what is to be measured, and the figures as text or JSON. */
final class BenchCommand {
    /** The variable by which the {@code outrigger} script tells a benchmark the folder where it lies. */
    static final String HOME = "OUTRIGGER_HOME";

    private static final int ROUNDS = 12;
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
     * @return 0
     * @throws RefusalException for anything that cannot be, before anything was started, and when an arm fails
     */
    int calls(ParseResult arguments) throws RefusalException {
        CallsRequest request = request(arguments);
        return new Watch(surroundings).over(progress -> {
            CallsReport report = runner.run(request, progress);
            return arguments.hasMatchedOption(Grammar.JSON)
                    ? CallsJson.render(report, Main.version()) : CallsText.render(report, Main.version());
        }, runner::stop);
    }

    private CallsRequest request(ParseResult arguments) throws RefusalException {
        BenchArguments given = new BenchArguments(arguments, surroundings);
        boolean quick = arguments.hasMatchedOption(Grammar.QUICK);
        int rounds = given.number(Grammar.ROUNDS, 1, quick ? QUICK_ROUNDS : ROUNDS);
        int warmUps = given.number(Grammar.WARM_UP, 0, WARM_UPS);
        List<Row> rows = given.chosen(Grammar.ROWS, "row", Row.values(), Row::key);
        List<Arm> arms = given.chosen(Grammar.ARMS, "arm", Arm.values(), Arm::key);
        Cores cores = given.cores();
        CoreSplit split = cores.split();
        return new CallsRequest(given.home(), given.environment(), rows, arms, rounds, warmUps, quick ? QUICK_SHRINK : 1,
                cores.allowed().toArray(), BenchArguments.measured(cores).toArray(), split.linux().toArray());
    }
}
