package org.outrigger.lab.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The runs of a comparison as comma-separated values (RFC 4180), one a line, with a line of names. */
public final class CompareCsv {
    /** The name of the file in the folder that the user names. */
    public static final String FILE = "runs.csv";

    private CompareCsv() {
    }

    /** Renders a report. What is not known is empty. */
    public static String render(CompareReport report) {
        List<Metric> metrics = report.metrics();
        StringBuilder text = new StringBuilder(line(Stream.concat(Stream.of("load", "round", "turn", "arm", "failure"),
                metrics.stream().map(Metric::key))));
        for (LoadRuns load : report.loads()) {
            for (ArmRuns arm : load.arms()) {
                for (Run run : arm.runs()) {
                    List<String> words = new ArrayList<>(List.of(load.load().label(), Integer.toString(run.round()),
                            Integer.toString(run.turn()), arm.arm().label(), run.failure().orElse("")));
                    metrics.forEach(metric -> words.add(number(metric.of().applyAsDouble(run))));
                    text.append(line(words.stream()));
                }
            }
        }
        return text.toString();
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static String line(Stream<String> words) {
        return words.map(CompareCsv::quoted).collect(Collectors.joining(",", "", "\r\n"));
    }

    private static String quoted(String word) {
        return word.matches("(?s).*[\",\r\n].*") ? "\"" + word.replace("\"", "\"\"") + "\"" : word;
    }
}
