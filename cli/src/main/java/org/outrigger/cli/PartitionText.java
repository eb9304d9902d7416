package org.outrigger.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.outrigger.node.CpuSet;
import org.outrigger.node.MemorySize;
import org.outrigger.node.partition.BooksState;
import org.outrigger.node.partition.Feature;
import org.outrigger.node.partition.Partition;
import org.outrigger.node.partition.PoolPages;
import org.outrigger.node.partition.Sight;
import org.outrigger.node.partition.Step;

/** Partitions and plans as text. */
final class PartitionText {
    private static final List<String> HEADS = List.of("NAME", "KIND", "CORES", "LINUX", "MEMORY", "JOBS");
    private static final String NOTHING = "-";
    private static final int LABEL = 13;
    private static final String GAP = "  ";

    private PartitionText() {
    }

    /** A line for each, below a line of heads; nothing for none. */
    static String list(List<Sight> sights) {
        if (sights.isEmpty()) {
            return "";
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADS);
        for (Sight sight : sights) {
            Partition partition = sight.partition();
            rows.add(List.of(partition.name(), sight.kind(), partition.cores().toString(), linux(partition.linuxCores()),
                    memory(partition), Integer.toString(sight.jobs().size())));
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                int column = i;
                int width = rows.stream().mapToInt(cells -> cells.get(column).length()).max().orElseThrow();
                line.append(i == 0 ? "" : GAP).append(row.get(i)).repeat(' ', width - row.get(i).length());
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static String linux(CpuSet cores) {
        return cores.isEmpty() ? NOTHING : cores.toString();
    }

    /** By nodes: {@code 4G@0,512M@1}. */
    private static String memory(Partition partition) {
        Map<Integer, Long> nodes = new TreeMap<>();
        partition.memory().forEach(pages -> nodes.merge(pages.node(), pages.bytes(), Long::sum));
        return nodes.isEmpty() ? NOTHING : nodes.entrySet().stream()
                .map(node -> MemorySize.text(node.getValue()) + "@" + node.getKey()).collect(Collectors.joining(","));
    }

    /** All that is known of one. */
    static String one(Sight sight, BooksState books) {
        Partition partition = sight.partition();
        StringBuilder text = new StringBuilder();
        line(text, "name", partition.name());
        line(text, "kind", sight.kind());
        sight.groups().forEach(group -> line(text, "group", group));
        line(text, "LWK cores", partition.cores().toString());
        line(text, "Linux cores", partition.linuxCores().isEmpty() ? "those that belong to no partition"
                : partition.linuxCores().toString());
        if (partition.memory().isEmpty()) {
            line(text, "memory", "none of its own");
        }
        for (Sight.Pool pool : sight.memory()) {
            PoolPages pages = pool.pages();
            line(text, "memory", "NUMA node " + pages.node() + ": " + pages.pages() + " pages of "
                    + MemorySize.text(pages.pageBytes()) + " (" + MemorySize.text(pages.bytes()) + "), "
                    + pool.used() + " in use, " + (pages.pages() - pool.used()) + " free");
        }
        line(text, "features", features(partition) + (partition.nodeWide() ? " (node-wide)" : ""));
        line(text, "scheduling", partition.realTime() ? "fifo" : "other");
        line(text, "interrupts", partition.interrupts().equals(Partition.ALL) ? "all leave the cores"
                : partition.interrupts().equals(Partition.NONE) ? "none is moved" : partition.interrupts() + " leave the cores");
        if (!partition.devices().isEmpty()) {
            line(text, "devices", String.join(", ", partition.devices()));
        }
        partition.owner().ifPresent(owner -> line(text, "owner", "process " + owner.pid() + ": ends with it"));
        sight.interrupts().forEach(step -> line(text, "moved", step.what() + " (was " + step.was() + ")"));
        sight.unmovable().forEach(name -> line(text, "not moved", name));
        sight.strangers().forEach(name -> line(text, "stranger", name));
        sight.jobs().forEach(job -> line(text, "job", job.number() + " " + job.program() + ", CPU " + job.cores()
                + (job.bytes() == 0 ? "" : ", " + MemorySize.text(job.bytes()))));
        sight.tenants().forEach(tenant -> line(text, "process", tenant.pid() + " " + tenant.name()));
        line(text, "books", books.folder() + ": " + books.held() + " changes held"
                + (books.interrupted() ? ", one command was cut off: the next one mends that" : ""));
        return text.toString();
    }

    private static String features(Partition partition) {
        StringBuilder text = new StringBuilder();
        for (Feature feature : Feature.values()) {
            text.append(text.isEmpty() ? "" : " ").append(feature.key()).append(partition.has(feature) ? "=on" : "=off");
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String label, String value) {
        text.append(label).repeat(' ', LABEL - label.length()).append(value).append('\n');
    }

    /** The steps, each with the place and both values. */
    static String plan(List<Step> steps) {
        StringBuilder text = new StringBuilder();
        for (Step step : steps) {
            text.append(step.what()).append("\n        ").append(step.place()).append(": ")
                    .append(step.was().isEmpty() ? NOTHING : step.was()).append(" -> ")
                    .append(step.value().isEmpty() ? NOTHING : step.value()).append('\n');
        }
        return text.append(steps.isEmpty() ? "nothing to change\n"
                : steps.size() + (steps.size() == 1 ? " change\n" : " changes\n")).toString();
    }
}
