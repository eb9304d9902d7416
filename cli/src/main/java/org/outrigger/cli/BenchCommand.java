package org.outrigger.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
    private static final long FAREWELL_S = 30;
    private static final String CLEAR_LINE = "\r\u001b[K";

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
        CountDownLatch told = new CountDownLatch(1);
        Thread interruption = Thread.ofPlatform().name("interruption").unstarted(() -> stopAndAwait(told));
        Runtime.getRuntime().addShutdownHook(interruption);
        boolean progress = watched();
        try {
            CallsReport report = runner.run(request, (round, rounds, what) -> {
                if (progress) {
                    surroundings.err().print(CLEAR_LINE + (round == 0 ? "warming up" : "round " + round + " of " + rounds)
                            + ": " + what);
                    surroundings.err().flush();
                }
            });
            clear(progress);
            String version = Main.version();
            surroundings.out().print(arguments.hasMatchedOption(Grammar.JSON)
                    ? CallsJson.render(report, version) : CallsText.render(report, version));
            surroundings.out().flush();
            return ExitStatus.OK;
        } catch (ArmFailedException failed) {
            clear(progress);
            throw new RefusalException(ExitStatus.BENCHMARK_FAILED, failed.getMessage());
        } finally {
            told.countDown();
            forget(interruption);
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // It is what ends this process.
        }
    }

    /** Whether standard error is a terminal, where somebody may watch. */
    private boolean watched() {
        try {
            String file = Files.readSymbolicLink(surroundings.procStatus().resolveSibling("fd/2")).toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty");
        } catch (IOException closed) {
            return false;
        }
    }

    private void clear(boolean progress) {
        if (progress) {
            surroundings.err().print(CLEAR_LINE);
            surroundings.err().flush();
        }
    }

    /** What a signal sets going: the figures up to then are still told. */
    private void stopAndAwait(CountDownLatch told) {
        runner.stop();
        try {
            told.await(FAREWELL_S, TimeUnit.SECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
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
        Map<String, String> environment = new HashMap<>(surroundings.environment());
        environment.remove(HOME);
        for (Setting setting : Setting.values()) {
            environment.remove(setting.variable());
        }
        return new CallsRequest(Path.of(home), environment, rows, arms, rounds, warmUps, quick ? QUICK_SHRINK : 1,
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
