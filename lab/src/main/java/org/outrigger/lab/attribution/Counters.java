package org.outrigger.lab.attribution;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.outrigger.lab.environment.StealTime;

/**
 * What {@code /proc} counts for some cores: interrupts, softirqs, stolen time. Differences of two readings tell what came in
 * between, though not which detour it made. Source: {@code proc(5)}.
 */
final class Counters {
    private static final Pattern CPU = Pattern.compile("CPU(\\d+)");

    private final Map<String, Long> counts = new LinkedHashMap<>();
    private double stolen;

    private Counters() {
    }

    /** Reads the counters of some cores. */
    static Counters read(Path proc, int[] cpus) throws IOException {
        Counters now = new Counters();
        now.table("interrupt", text(proc, "interrupts"), cpus);
        now.table("softirq", text(proc, "softirqs"), cpus);
        now.stolen = StealTime.read(proc.resolve("stat"), cpus).orElse(0.0);
        return now;
    }

    private static String text(Path proc, String file) throws IOException {
        return Files.readString(proc.resolve(file), StandardCharsets.ISO_8859_1);
    }

    /** A table with a column for each core that is on line, which its first line names. */
    private void table(String kind, String text, int[] cpus) {
        String[] lines = text.split("\n");
        List<Integer> columns = new ArrayList<>();
        Matcher head = CPU.matcher(lines[0]);
        while (head.find()) {
            columns.add(Integer.parseInt(head.group(1)));
        }
        for (int i = 1; i < lines.length; i++) {
            String[] words = lines[i].strip().split("\\s+", columns.size() + 2);
            if (words.length <= columns.size()) {
                continue; // a count of the whole machine
            }
            long count = 0;
            for (int cpu : cpus) {
                int column = columns.indexOf(cpu);
                count += column < 0 ? 0 : Long.parseLong(words[column + 1]);
            }
            String label = words[0].replace(":", "");
            String what = words.length > columns.size() + 1 ? " " + words[columns.size() + 1].replaceAll("\\s+", " ") : "";
            counts.put(kind + '\n' + label + what, count);
        }
    }

    /** What was counted since an earlier reading, the most first. */
    List<Attribution.Counter> since(Counters before) {
        List<Attribution.Counter> list = new ArrayList<>();
        counts.forEach((key, count) -> {
            long more = count - before.counts.getOrDefault(key, 0L);
            if (more > 0) {
                int cut = key.indexOf('\n');
                list.add(new Attribution.Counter(key.substring(0, cut), key.substring(cut + 1), more));
            }
        });
        list.sort(Comparator.comparingLong(Attribution.Counter::count).reversed());
        return list;
    }

    /** Nanoseconds stolen since an earlier reading. */
    double stolenSince(Counters before) {
        return stolen - before.stolen;
    }
}
