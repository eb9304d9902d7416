package org.outrigger.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Prints the figures of the launch benchmark, with what one must know about the machine to read them. */
final class LaunchTable {

    /** Wall time of a whole launch that the project promises, on the median. */
    private static final double TARGET_MILLISECONDS = 250;
    /** Peak resident memory of the LWK's JVM that the project promises, in every run. */
    private static final double TARGET_MEBIBYTES = 128;

    private static final double NANOSECONDS_PER_MILLISECOND = 1e6;
    private static final double BYTES_PER_MEBIBYTE = 1 << 20;
    private static final String ROW = "%-28s %10s %10s %10s %8s  %-9s %s%n";

    private final PrintStream out;

    LaunchTable(PrintStream out) {
        this.out = out;
    }

    void print(Launch onLwk, Launch watched, int warmUps, long[] lwkTimes, long[] linuxTimes, long[] peaks) {
        Spread lwk = Spread.of(lwkTimes);
        Spread linux = Spread.of(linuxTimes);
        fact("time of", onLwk.toString());
        fact("runs", lwkTimes.length + " of each command, in turn, after " + warmUps + " not measured");
        fact("memory of", watched + ", " + peaks.length + " runs with a JVM seen");
        fact("pinning", pinning());
        fact("machine", machine());
        out.println();
        row("", "median", "min", "max", "ratio", "target", "");
        time("outrigger run -- /bin/true", lwk, ratio(lwk.median() / linux.median()),
                milliseconds(TARGET_MILLISECONDS * NANOSECONDS_PER_MILLISECOND),
                met(lwk.median() / NANOSECONDS_PER_MILLISECOND <= TARGET_MILLISECONDS));
        time("/bin/true", linux, ratio(1), "", "");
        memory(peaks);
    }

    private void time(String what, Spread spread, String ratio, String target, String verdict) {
        row(what, milliseconds(spread.median()), milliseconds(spread.min()), milliseconds(spread.max()), ratio, target, verdict);
    }

    private void memory(long[] peaks) {
        String what = "resident memory of the JVM";
        String target = mebibytes(TARGET_MEBIBYTES * BYTES_PER_MEBIBYTE);
        if (peaks.length == 0) {
            row(what, "-", "-", "-", "", target, "not measured: no JVM was seen");
            return;
        }
        Spread spread = Spread.of(peaks);
        row(what, mebibytes(spread.median()), mebibytes(spread.min()), mebibytes(spread.max()), "", target,
                met(spread.max() / BYTES_PER_MEBIBYTE < TARGET_MEBIBYTES));
    }

    private void fact(String name, String value) {
        out.printf(Locale.ROOT, "%-10s %s%n", name, value);
    }

    private void row(String... cells) {
        out.println(String.format(Locale.ROOT, ROW, (Object[]) cells).stripTrailing());
    }

    private static String milliseconds(double nanoseconds) {
        return String.format(Locale.ROOT, "%.1f ms", nanoseconds / NANOSECONDS_PER_MILLISECOND);
    }

    private static String mebibytes(double bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / BYTES_PER_MEBIBYTE);
    }

    private static String ratio(double ratio) {
        return String.format(Locale.ROOT, "%.1fx", ratio);
    }

    private static String met(boolean met) {
        return met ? "met" : "not met";
    }

    private static String pinning() {
        try {
            return "none by the benchmark, CPUs " + ProcessMemory.allowedCpus() + " allowed to both commands; "
                    + "outrigger places by its defaults";
        } catch (IOException e) {
            return "unknown: " + e.getMessage();
        }
    }

    private static String machine() {
        String model;
        try {
            model = Files.readString(Path.of("/proc/cpuinfo")).lines()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst().orElse("unknown CPU");
        } catch (IOException e) {
            model = "unknown CPU";
        }
        return model + ", " + Runtime.getRuntime().availableProcessors() + " CPUs, Linux " + System.getProperty("os.version");
    }
}
