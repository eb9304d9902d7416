package org.outrigger.lab.noise;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * All values as tables for other programs: {@code values.csv}, a line for each value, and {@code runs.csv}, one for each core
 * and run.
 */
public final class NoiseCsv {
    private NoiseCsv() {
    }

    /** Writes both files into a folder that exists. */
    public static void write(NoiseReport report, Path folder) throws IOException {
        try (Writer values = Files.newBufferedWriter(folder.resolve("values.csv"));
             Writer runs = Files.newBufferedWriter(folder.resolve("runs.csv"))) {
            values.write("arm,load,round,cpu,start_ns,value_ns\n");
            runs.write("arm,load,round,cpu,bound,values,start_monotonic_ns,elapsed_ns,voluntary_switches,involuntary_switches,"
                    + "steal_ns\n");
            for (Cell cell : report.cells()) {
                for (NoiseRun run : cell.runs()) {
                    String head = quoted(cell.arm().label()) + "," + quoted(cell.load().label()) + "," + (run.round() + 1) + ",";
                    for (Series series : run.series()) {
                        runs.write(head + series.cpu() + "," + series.bound() + "," + series.valuesNs().length + ","
                                + series.startNs() + "," + (long) series.elapsedNs() + "," + series.voluntary() + ","
                                + series.involuntary() + ","
                                + run.stealNs().map(steal -> Long.toString(steal.longValue())).orElse("") + "\n");
                        for (int i = 0; i < series.valuesNs().length; i++) {
                            values.write(head + series.cpu() + "," + tenth(series.startsNs()[i]) + ","
                                    + tenth(series.valuesNs()[i]) + "\n");
                        }
                    }
                }
            }
        }
    }

    private static String tenth(double nanoseconds) {
        return String.format(Locale.ROOT, "%.1f", nanoseconds);
    }

    /** By RFC 4180. */
    private static String quoted(String text) {
        return text.matches("[^\",\r\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }
}
