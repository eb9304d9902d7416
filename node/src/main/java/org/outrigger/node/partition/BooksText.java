package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.outrigger.node.CpuList;
import org.outrigger.node.CpuListException;
import org.outrigger.node.CpuSet;

/** Books as a file has them: one thing a line, fields between tabs. */
final class BooksText {
    private static final String HEAD = "outrigger partitions 1";
    private static final String BOOT = "boot";
    private static final String PARTITION = "partition";
    private static final String HOLD = "hold";
    private static final String END = "end";

    private BooksText() {
    }

    static String write(Books books) {
        StringBuilder text = new StringBuilder(HEAD).append('\n');
        line(text, BOOT, books.boot());
        for (Partition partition : books.partitions()) {
            line(text, PARTITION, partition.name(), partition.cores().toString(), partition.linuxCores().toString(),
                    partition.memory().stream().map(pages -> pages.node() + ":" + pages.pageBytes() + ":" + pages.pages())
                            .collect(Collectors.joining(",")),
                    partition.features().entrySet().stream()
                            .map(entry -> entry.getKey().key() + "=" + (entry.getValue() ? "on" : "off"))
                            .collect(Collectors.joining(",")),
                    Boolean.toString(partition.realTime()), partition.interrupts(), String.join(",", partition.devices()),
                    partition.owner().map(Owner::toString).orElse(""));
        }
        for (Hold hold : books.holds()) {
            line(text, HOLD, hold.phase().name(), hold.kind().name(), hold.key(), hold.was(), hold.ours(),
                    Boolean.toString(hold.settled()), hold.what());
        }
        line(text, END);
        return text.toString();
    }

    private static void line(StringBuilder text, String... fields) {
        for (int i = 0; i < fields.length; i++) {
            text.append(i == 0 ? "" : "\t").append(fields[i].replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n"));
        }
        text.append('\n');
    }

    /**
     * Reads books.
     *
     * @throws PartitionException when it is something else, or a part of one
     */
    static Books read(String text) throws PartitionException {
        String[] lines = text.split("\n");
        if (!lines[0].equals(HEAD) || !lines[lines.length - 1].equals(END) || lines.length < 3) {
            throw new PartitionException("this is not written by this version");
        }
        try {
            Books books = new Books(fields(lines[1], BOOT, 2).get(1));
            for (int i = 2; i < lines.length - 1; i++) {
                if (lines[i].startsWith(PARTITION)) {
                    books.put(partition(fields(lines[i], PARTITION, 10)));
                } else {
                    books.put(hold(fields(lines[i], HOLD, 8)));
                }
            }
            return books;
        } catch (RuntimeException | CpuListException broken) {
            throw new PartitionException("a line is broken: " + broken.getMessage(), broken);
        }
    }

    private static List<String> fields(String line, String kind, int count) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\t') {
                fields.add(field.toString());
                field.setLength(0);
            } else if (c == '\\') {
                i++;
                field.append(switch (line.charAt(i)) {
                    case 't' -> '\t';
                    case 'n' -> '\n';
                    default -> line.charAt(i);
                });
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        if (!fields.get(0).equals(kind) || fields.size() != count) {
            throw new IllegalArgumentException(line);
        }
        return fields;
    }

    private static Partition partition(List<String> fields) throws CpuListException {
        int next = 1;
        String name = fields.get(next++);
        CpuSet cores = CpuList.plain(fields.get(next++));
        CpuSet linux = cpus(fields.get(next++));
        List<PoolPages> memory = new ArrayList<>();
        for (String word : words(fields.get(next++))) {
            String[] numbers = word.split(":");
            memory.add(new PoolPages(Integer.parseInt(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2])));
        }
        Map<Feature, Boolean> features = new LinkedHashMap<>();
        for (String word : words(fields.get(next++))) {
            String[] sides = word.split("=");
            features.put(feature(sides[0]), sides[1].equals("on"));
        }
        boolean realTime = Boolean.parseBoolean(fields.get(next++));
        String interrupts = fields.get(next++);
        List<String> devices = words(fields.get(next++));
        String owner = fields.get(next);
        return new Partition(name, cores, linux, memory, features, realTime, interrupts, devices,
                owner.isEmpty() ? Optional.empty() : Optional.of(Owner.parse(owner)));
    }

    /** CPUs of a list that may be empty. */
    static CpuSet cpus(String list) throws CpuListException {
        return list.isEmpty() ? CpuSet.EMPTY : CpuList.plain(list);
    }

    private static Feature feature(String key) {
        for (Feature feature : Feature.values()) {
            if (feature.key().equals(key)) {
                return feature;
            }
        }
        throw new IllegalArgumentException(key);
    }

    private static List<String> words(String list) {
        return list.isEmpty() ? List.of() : List.of(list.split(","));
    }

    private static Hold hold(List<String> fields) {
        int next = 1;
        Phase phase = Phase.valueOf(fields.get(next++));
        Kind kind = Kind.valueOf(fields.get(next++));
        String key = fields.get(next++);
        String was = fields.get(next++);
        String ours = fields.get(next++);
        boolean settled = Boolean.parseBoolean(fields.get(next++));
        return new Hold(phase, kind, key, was, ours, settled, fields.get(next));
    }
}
