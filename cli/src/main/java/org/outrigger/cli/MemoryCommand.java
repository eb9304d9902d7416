package org.outrigger.cli;

import java.util.Arrays;
import java.util.List;
import org.outrigger.lab.memory.MemoryArm;
import org.outrigger.lab.memory.MemoryJson;
import org.outrigger.lab.memory.MemoryReport;
import org.outrigger.lab.memory.MemoryRequest;
import org.outrigger.lab.memory.MemoryRow;
import org.outrigger.lab.memory.MemoryRunner;
import org.outrigger.lab.memory.MemoryText;
import picocli.CommandLine.ParseResult;

/** {@code outrigger bench memory}: what is to be measured, and the figures as text or JSON. */
final class MemoryCommand {
    private static final int ROUNDS = 12;
    private static final int WARM_UPS = 1;
    /** The LWK is young for nearly a second: decision 021. */
    private static final int SETTLE_MS = 1500;
    private static final int QUICK_ROUNDS = 2;
    private static final int QUICK_SHRINK = 20;
    private static final long MIB = 1L << 20;
    /** Rows about more are not in a quick run, but when they are named; its table is so large. */
    private static final long QUICK_MOST = 64 * MIB;
    private static final long TABLE = 4096 * MIB;

    private final Surroundings surroundings;
    private final MemoryRunner runner;

    MemoryCommand(Surroundings surroundings, MemoryRunner runner) {
        this.surroundings = surroundings;
        this.runner = runner;
    }

    /**
     * Carries the command out.
     *
     * @return 0
     * @throws RefusalException for anything that cannot be, before anything was started, and when an arm fails
     */
    int memory(ParseResult arguments) throws RefusalException {
        MemoryRequest request = request(arguments);
        return new Watch(surroundings).over(progress -> {
            MemoryReport report = runner.run(request, progress);
            return arguments.hasMatchedOption(Grammar.JSON)
                    ? MemoryJson.render(report, Main.version()) : MemoryText.render(report, Main.version());
        }, runner::stop);
    }

    private MemoryRequest request(ParseResult arguments) throws RefusalException {
        BenchArguments given = new BenchArguments(arguments, surroundings);
        boolean quick = arguments.hasMatchedOption(Grammar.QUICK);
        int rounds = given.number(Grammar.ROUNDS, 1, quick ? QUICK_ROUNDS : ROUNDS);
        int warmUps = given.number(Grammar.WARM_UP, 0, WARM_UPS);
        int settle = given.number(Grammar.SETTLE, 0, quick ? 0 : SETTLE_MS);
        List<MemoryRow> rows = given.chosen(Grammar.ROWS, "row", MemoryRow.values(), MemoryRow::key);
        if (quick && !arguments.hasMatchedOption(Grammar.ROWS)) {
            rows = Arrays.stream(MemoryRow.values()).filter(row -> row.size() <= QUICK_MOST || row == MemoryRow.GUPS).toList();
        }
        List<MemoryArm> arms = given.chosen(Grammar.ARMS, "arm", MemoryArm.values(), MemoryArm::key);
        Cores cores = given.cores();
        return new MemoryRequest(given.home(), given.environment(), rows, arms, rounds, warmUps, settle,
                quick ? QUICK_SHRINK : 1, table(arguments, quick), cores.allowed().toArray(),
                BenchArguments.measured(cores).toArray(), cores.split().linux().toArray());
    }

    private static long table(ParseResult arguments, boolean quick) throws RefusalException {
        if (!arguments.hasMatchedOption(Grammar.TABLE)) {
            return quick ? QUICK_MOST : TABLE;
        }
        String text = arguments.matchedOption(Grammar.TABLE).getValue();
        if (text.matches("[0-9]{1,7}[MG]")) {
            long bytes = Long.parseLong(text.substring(0, text.length() - 1)) * (text.endsWith("G") ? 1024 * MIB : MIB);
            if (Long.bitCount(bytes) == 1) {
                return bytes;
            }
        }
        throw new RefusalException(Grammar.TABLE + ": '" + text + "' is not a size such as 512M or 4G that is a power of two");
    }
}
