package org.outrigger.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Shows that the kernel loop, once it is warm, allocates nothing, takes no lock that another thread has, and has its code neither
 * deoptimised nor compiled anew, over millions of calls. {@code docs/benchmarks.md} tells how to read the table.
 */
public final class SteadyBenchmark {

    private static final long CALLS = 10_000_000;
    /** Enough for every method of the loop to be compiled, and for the program to be patched. */
    private static final long WARM_UP = 1_000_000;
    private static final String ROW = "%-44s %12s %8s  %s%n";

    private static final String USAGE = """
            Usage: bench-steady [--json] [CALLS]
              CALLS   system calls to measure (10000000), after 1000000 that are not measured
              --json  the result as JSON
            The system property outrigger.command names the outrigger to measure.
            """;

    private SteadyBenchmark() { }

    /**
     * Runs the benchmark and prints its table. Exits with 0 whether the targets are met or not, with 1 if the run fails, with 2
     * if the arguments are wrong.
     *
     * @param args see {@code --help}
     * @throws InterruptedException if the main thread is interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        System.exit(run(List.of(args), System.out, System.err));
    }

    static int run(List<String> args, PrintStream out, PrintStream err) throws InterruptedException {
        boolean json = false;
        long calls = CALLS;
        for (String arg : args) {
            if (arg.equals("-h") || arg.equals("--help")) {
                out.print(USAGE);
                return 0;
            }
            if (arg.equals("--json")) {
                json = true;
            } else if (arg.matches("[1-9][0-9]{0,11}")) {
                calls = Long.parseLong(arg);
            } else {
                err.print("bench-steady: bad arguments: " + String.join(" ", args) + "\n" + USAGE);
                return 2;
            }
        }
        try {
            Path folder = Files.createTempDirectory("bench-steady");
            try {
                SteadyRun run = SteadyRun.of(LaunchBenchmark.outriggerCommand(), WARM_UP, calls, folder);
                SteadyFigures figures = LoopRecording.read(run.recording(), run.begin(), run.end());
                out.print(json ? json(run, figures) : text(run, figures));
                return 0;
            } finally {
                delete(folder);
            }
        } catch (LaunchFailure | IOException e) {
            err.println("bench-steady: " + e.getMessage());
            return 1;
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    /** The table, with the places below it where something happened that should not. */
    static String text(SteadyRun run, SteadyFigures figures) {
        StringBuilder text = new StringBuilder();
        run.facts().forEach(fact -> text.append(fact).append('\n'));
        text.append(String.format(Locale.ROOT, "%.3f s between the first call and the last; %d readings of %s%n%n",
                seconds(run), figures.readings(), figures.loops() == 1 ? "one kernel loop" : figures.loops() + " kernel loops"));
        row(text, "", "", "target", "");
        row(text, "bytes allocated by the loop", figures.allocatedBytes(), figures);
        row(text, "garbage collections", figures.collections(), figures);
        row(text, "waits of the loop for a lock, parks, sleeps", figures.waits(), figures);
        row(text, "deoptimisations of the loop", figures.deoptimisations(), figures);
        row(text, "compilations of the LWK's methods", figures.compilations(), figures);
        row(text, "compilations of other methods", Long.toString(figures.otherCompilations()), "", "");
        row(text, "safepoints", Long.toString(figures.safepoints()), "", "");
        if (!run.servedByTheLwk()) {
            text.append("\nThe LWK did not answer all of these calls: the table shows nothing.\n");
        }
        figures.where().forEach((place, count) -> text.append(String.format(Locale.ROOT, "%n%6d x %s", count, place)));
        return figures.where().isEmpty() ? text.toString() : text.append('\n').toString();
    }

    private static double seconds(SteadyRun run) {
        return Duration.between(run.begin(), run.end()).toNanos() / 1e9;
    }

    private static void row(StringBuilder text, String what, long value, SteadyFigures figures) {
        row(text, what, Long.toString(value), "0", !figures.conclusive() ? "too short to tell" : value == 0 ? "met" : "not met");
    }

    private static void row(StringBuilder text, String... cells) {
        text.append(String.format(Locale.ROOT, ROW, (Object[]) cells).stripTrailing()).append('\n');
    }

    private static String json(SteadyRun run, SteadyFigures figures) {
        StringBuilder json = new StringBuilder("{\n");
        Map<String, Long> numbers = new LinkedHashMap<>();
        numbers.put("calls", run.calls());
        numbers.put("calls_answered_by_lwk", run.answered());
        numbers.put("calls_trapped", run.trapped());
        numbers.put("period_ns", Duration.between(run.begin(), run.end()).toNanos());
        numbers.put("kernel_loops", (long) figures.loops());
        numbers.put("readings", figures.readings());
        numbers.put("allocated_bytes", figures.allocatedBytes());
        numbers.put("garbage_collections", figures.collections());
        numbers.put("waits", figures.waits());
        numbers.put("deoptimisations", figures.deoptimisations());
        numbers.put("compilations", figures.compilations());
        numbers.put("other_compilations", figures.otherCompilations());
        numbers.put("safepoints", figures.safepoints());
        numbers.forEach((key, value) -> json.append("  \"").append(key).append("\": ").append(value).append(",\n"));
        json.append("  \"steady\": ").append(run.servedByTheLwk() && figures.steady()).append(",\n  \"places\": [");
        String separator = "";
        for (Map.Entry<String, Integer> place : figures.where().entrySet()) {
            String where = place.getKey().replace("\\", "\\\\").replace("\"", "\\\"");
            json.append(separator).append("\n    {\"where\": \"").append(where).append("\", \"count\": ").append(place.getValue())
                    .append('}');
            separator = ",";
        }
        return json.append(separator.isEmpty() ? "]\n}\n" : "\n  ]\n}\n").toString();
    }
}
