package org.outrigger.bench.loop;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs this package's benchmarks by JMH, in JVMs with the product's flags, and prints time and allocation of each. */
public final class JavaBenchmark {

    private static final Pattern FLAGS = Pattern.compile("(?m)^o_flags=\"([^\"]*)\"");
    private static final String ALLOCATION = "gc.alloc.rate.norm";
    private static final String ROW = "%-28s %-12s %10s %8s %10s%n";

    private static final String USAGE = """
            Usage: bench-java [-s SECONDS] [PATTERN]
              -s SECONDS  to measure each benchmark (3), after two thirds of that to warm up
              PATTERN     regular expression: only the benchmarks whose names it finds
            """;

    private JavaBenchmark() { }

    /**
     * Runs the benchmarks. Exits with 0, with 1 if one fails, with 2 if the arguments are wrong.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(run(List.of(args), Path.of(System.getProperty("outrigger.script", "outrigger")), System.out, System.err));
    }

    static int run(List<String> args, Path script, PrintStream out, PrintStream err) {
        int seconds = 3;
        String pattern = "Cost\\.";
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if (arg.equals("-h") || arg.equals("--help")) {
                out.print(USAGE);
                return 0;
            }
            boolean time = arg.equals("-s") && i + 1 < args.size() && args.get(i + 1).matches("[1-9][0-9]{0,2}");
            if (time) {
                seconds = Integer.parseInt(args.get(++i));
            } else if (!arg.startsWith("-")) {
                pattern = arg;
            } else {
                err.print("bench-java: bad arguments: " + String.join(" ", args) + "\n" + USAGE);
                return 2;
            }
        }
        try {
            List<String> flags = flags(Files.readString(script));
            out.println("JVM flags " + String.join(" ", flags) + "\n");
            Collection<RunResult> results = new Runner(new OptionsBuilder().include(pattern).forks(1)
                    .jvmArgs(flags.toArray(String[]::new)).addProfiler(GCProfiler.class).verbosity(VerboseMode.SILENT)
                    .warmupIterations(2).warmupTime(TimeValue.milliseconds(seconds * 1000L / 3))
                    .measurementIterations(3).measurementTime(TimeValue.milliseconds(seconds * 1000L / 3))
                    .shouldFailOnError(true).build()).run();
            out.printf(Locale.ROOT, ROW, "benchmark", "parameter", "ns", "+-", "bytes");
            results.forEach(result -> row(out, result));
            return 0;
        } catch (IOException | RunnerException e) {
            err.println("bench-java: " + e.getMessage());
            return 1;
        }
    }

    /** The JVM flags of the product, as its script has them. */
    static List<String> flags(String script) throws IOException {
        Matcher found = FLAGS.matcher(script);
        if (!found.find()) {
            throw new IOException("the outrigger script tells no JVM flags");
        }
        List<String> flags = new ArrayList<>();
        for (String word : found.group(1).strip().split("\\s+")) {
            if (word.startsWith("-X") || word.startsWith("--enable-native-access")) {
                flags.add(word);
            }
        }
        flags.add("--sun-misc-unsafe-memory-access=allow"); // JMH's own, which would say so each time
        return flags;
    }

    private static void row(PrintStream out, RunResult run) {
        Result<?> time = run.getPrimaryResult();
        String[] name = run.getParams().getBenchmark().split("\\.");
        List<String> parameters = run.getParams().getParamsKeys().stream()
                .map(key -> key + " " + run.getParams().getParam(key)).toList();
        Result<?> bytes = run.getSecondaryResults().get(ALLOCATION);
        out.printf(Locale.ROOT, ROW, name[name.length - 2] + "." + name[name.length - 1], String.join(", ", parameters),
                String.format(Locale.ROOT, "%.1f", time.getScore()), spread(time),
                bytes == null ? "?" : String.format(Locale.ROOT, "%.2f", bytes.getScore()));
    }

    /** Half the distance between the least and the greatest of the iterations. */
    private static String spread(Result<?> time) {
        return String.format(Locale.ROOT, "%.1f", (time.getStatistics().getMax() - time.getStatistics().getMin()) / 2);
    }
}
