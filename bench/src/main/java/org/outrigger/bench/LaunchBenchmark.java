package org.outrigger.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Measures what a launch costs: the wall time of {@code outrigger run -- /bin/true} beside that of {@code /bin/true}, taken in
 * turn so that both see the same machine, and the peak resident memory of the LWK's JVM. {@code docs/benchmarks.md} tells how
 * to read the table.
 */
public final class LaunchBenchmark {

    private static final String TRUE = "/bin/true";
    /** Long enough for the JVM to finish starting while it is watched. */
    private static final List<String> PAUSE = List.of("/bin/sleep", "1");
    private static final int MEMORY_RUNS = 3;

    private static final String USAGE = """
            Usage: bench-launch [-n RUNS] [-w WARMUPS]
              -n RUNS     launches to measure, of each command (20)
              -w WARMUPS  launches before that, not measured (3)
            The system property outrigger.command names the outrigger to measure.
            """;

    private final String outrigger;
    private final int runs;
    private final int warmUps;

    private LaunchBenchmark(String outrigger, int runs, int warmUps) {
        this.outrigger = outrigger;
        this.runs = runs;
        this.warmUps = warmUps;
    }

    /**
     * Runs the benchmark and prints its table. Exits with 0 whether the targets are met or not, with 1 if a launch fails, with 2
     * if the arguments are wrong.
     *
     * @param args see {@code --help}
     * @throws InterruptedException if the main thread is interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        System.exit(run(List.of(args), System.out, System.err));
    }

    static int run(List<String> args, PrintStream out, PrintStream err) throws InterruptedException {
        int runs = 20;
        int warmUps = 3;
        for (int i = 0; i < args.size(); i += 2) {
            String option = args.get(i);
            if (option.equals("-h") || option.equals("--help")) {
                out.print(USAGE);
                return 0;
            }
            boolean known = option.equals("-n") || option.equals("-w");
            int value = known && i + 1 < args.size() ? number(args.get(i + 1)) : -1;
            if (value < 0 || value == 0 && option.equals("-n")) {
                err.print("bench-launch: bad arguments: " + String.join(" ", args) + "\n" + USAGE);
                return 2;
            }
            if (option.equals("-n")) {
                runs = value;
            } else {
                warmUps = value;
            }
        }
        try {
            new LaunchBenchmark(outriggerCommand(), runs, warmUps).measure(out);
            return 0;
        } catch (LaunchFailure e) {
            err.println("bench-launch: " + e.getMessage());
            return 1;
        }
    }

    private void measure(PrintStream out) throws LaunchFailure, InterruptedException {
        Launch onLwk = new Launch(List.of(outrigger, "run", "--", TRUE));
        Launch onLinux = new Launch(List.of(TRUE));
        for (int i = 0; i < warmUps; i++) {
            onLwk.time();
            onLinux.time();
        }
        long[] lwkTimes = new long[runs];
        long[] linuxTimes = new long[runs];
        for (int i = 0; i < runs; i++) {
            lwkTimes[i] = onLwk.time();
            linuxTimes[i] = onLinux.time();
        }
        List<String> pause = new ArrayList<>(List.of(outrigger, "run", "--"));
        pause.addAll(PAUSE);
        Launch watched = new Launch(pause);
        List<Long> peaks = new ArrayList<>();
        for (int i = 0; i < MEMORY_RUNS; i++) {
            OptionalLong peak = watched.peakOfJvm();
            peak.ifPresent(peaks::add);
        }
        new LaunchTable(out).print(onLwk, watched, warmUps, lwkTimes, linuxTimes,
                peaks.stream().mapToLong(Long::longValue).toArray());
    }

    private static int number(String text) {
        return text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : -1;
    }

    static String outriggerCommand() throws LaunchFailure {
        String given = System.getProperty("outrigger.command");
        if (given != null) {
            return given;
        }
        try {
            Path here = Path.of(LaunchBenchmark.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            for (Path folder = here.toRealPath().getParent(); folder != null; folder = folder.getParent()) {
                Path script = folder.resolve("outrigger");
                if (Files.isRegularFile(script) && Files.isExecutable(script)) {
                    return script.toString();
                }
            }
            throw new LaunchFailure("no outrigger script above " + here + "; name one by -Doutrigger.command=FILE");
        } catch (IOException | URISyntaxException e) {
            throw new LaunchFailure("cannot find the outrigger script: " + e.getMessage(), e);
        }
    }
}
