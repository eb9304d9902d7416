package org.outrigger.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.outrigger.node.CpuList;
import org.outrigger.node.CpuListException;
import org.outrigger.node.CpuSet;
import org.outrigger.node.Inventory;
import org.outrigger.node.partition.Feature;
import org.outrigger.node.partition.Partition;
import org.outrigger.node.partition.PartitionException;
import org.outrigger.node.partition.Partitions;
import org.outrigger.node.partition.PoolPages;
import org.outrigger.node.partition.Resizing;
import picocli.CommandLine.ParseResult;

/** What the arguments of a command about partitions ask for. */
final class PartitionArguments {
    private final ParseResult arguments;
    private final Surroundings surroundings;
    private final Settings settings;
    private final Partitions partitions;
    private final List<String> notes = new ArrayList<>();

    PartitionArguments(ParseResult arguments, Surroundings surroundings, Partitions partitions) {
        this.arguments = arguments;
        this.surroundings = surroundings;
        this.settings = new Settings(arguments, surroundings.environment());
        this.partitions = partitions;
    }

    /** What was made of the arguments that they do not say, one sentence each. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    boolean has(String option) {
        return arguments.hasMatchedOption(option);
    }

    /** The name of the partition. */
    String name() throws RefusalException {
        if (!arguments.hasMatchedPositional(0)) {
            throw new RefusalException("the name of a partition is missing");
        }
        String name = arguments.matchedPositional(0).getValue();
        if (!Partition.isName(name)) {
            throw new RefusalException("'" + name + "' is no name of a partition: 1 to 63 letters, digits, '_', '.' and '-' are"
                    + " wanted, the first a letter or digit");
        }
        return name;
    }

    /** The partition that {@code create} is to make. */
    Partition toCreate() throws RefusalException, PartitionException {
        String name = name();
        String list = settings.text(Setting.CPUS);
        if (list == null) {
            throw new RefusalException("the cores of the partition are missing: " + Setting.CPUS.option());
        }
        CpuSet online = inventory().online();
        CpuSet cores = whole(cpus(Setting.CPUS, list), online, CpuSet.EMPTY);
        String linux = settings.text(Setting.LINUX_CPUS);
        CpuSet linuxCores = linux == null ? CpuSet.EMPTY : cpus(Setting.LINUX_CPUS, linux);
        List<PoolPages> memory = new PartitionMemory(arguments, surroundings, partitions).ofNew(cores);
        return new Partition(name, cores, linuxCores, memory, features(), settings.realTime(false), interrupts(),
                words(PartitionGrammar.DEVICES), Optional.empty(), has(PartitionGrammar.NODE_WIDE));
    }

    /** What {@code resize} is to make of a partition. */
    Resizing toResize() throws RefusalException {
        PartitionMemory memory = new PartitionMemory(arguments, surroundings, partitions);
        if (!has(Setting.CPUS.option()) && !has(Setting.LINUX_CPUS.option()) && !memory.isGiven()) {
            throw new RefusalException("nothing is to be changed: -c, -l or -M is missing");
        }
        return old -> {
            notes.clear();
            try {
                CpuSet cores = changed(Setting.CPUS, old.cores(), true);
                CpuSet linuxCores = changed(Setting.LINUX_CPUS, old.linuxCores(), false);
                if (cores.isEmpty()) {
                    throw new PartitionException("no core would be left in the partition; destroy gives all back");
                }
                return old.with(cores, linuxCores, memory.resized(old, cores));
            } catch (RefusalException refused) {
                throw new PartitionException(refused.getMessage(), refused);
            }
        };
    }

    private CpuSet changed(Setting setting, CpuSet old, boolean cores) throws RefusalException, PartitionException {
        if (!has(setting.option())) {
            return old;
        }
        String text = settings.text(setting);
        if (!cores && text.equals(Partition.NONE)) {
            return CpuSet.EMPTY;
        }
        char first = text.isEmpty() ? ' ' : text.charAt(0);
        boolean relative = first == '+' || first == '-';
        CpuSet named = cpus(setting, relative ? text.substring(1) : text);
        CpuSet online = inventory().online();
        if (first == '-') {
            CpuSet foreign = named.minus(old);
            if (!foreign.isEmpty()) {
                throw settings.bad(setting, (foreign.size() == 1 ? "CPU " + foreign + " is" : "CPUs " + foreign + " are")
                        + " not in the partition, which has " + old);
            }
            return old.minus(cores ? whole(named, online, CpuSet.EMPTY) : named);
        }
        CpuSet wanted = cores ? whole(named, online, old) : named;
        return first == '+' ? old.union(wanted) : wanted;
    }

    /** The CPUs with those that share cores with them, unless the user has them split. */
    private CpuSet whole(CpuSet named, CpuSet online, CpuSet own) throws RefusalException {
        CpuSet all = has(PartitionGrammar.SPLIT_CORES) ? named : partitions.overview().wholeCores(named);
        CpuSet more = all.minus(named);
        if (more.isEmpty()) {
            return named;
        }
        if (online.minus(all).isEmpty() && !online.minus(named).isEmpty()) {
            throw settings.bad(Setting.CPUS, "cores are taken whole, and with CPU " + more + ", which shares cores with CPU "
                    + named + ", no CPU would be left for Linux; "
                    + PartitionGrammar.SPLIT_CORES + " takes CPU " + named + " alone");
        }
        if (!own.containsAll(more)) {
            notes.add("CPU " + more + " comes along, since it shares cores with CPU " + named + "; "
                    + PartitionGrammar.SPLIT_CORES + " leaves it");
        }
        return all;
    }

    /** CPUs that are on line, also such as this process may not use: it may be confined by another partition. */
    private CpuSet cpus(Setting setting, String text) throws RefusalException {
        try {
            return CpuList.parse(text, inventory(), surroundings.objectNames());
        } catch (CpuListException refused) {
            throw settings.bad(setting, refused.getMessage());
        }
    }

    private Inventory inventory() throws RefusalException {
        try {
            Inventory own = Inventory.read(surroundings.sys(), Inventory.allowedCpus(surroundings.procStatus()));
            return new Inventory(own.possible(), own.online(), own.online());
        } catch (IOException | IllegalArgumentException unknown) {
            throw new RefusalException("cannot find out the CPUs of this machine: " + unknown.getMessage());
        }
    }

    private Map<Feature, Boolean> features() throws RefusalException {
        String text = option(PartitionGrammar.FEATURES);
        try {
            return text == null ? Map.of() : Feature.parse(text);
        } catch (PartitionException wrong) {
            throw new RefusalException(PartitionGrammar.FEATURES + ": " + wrong.getMessage());
        }
    }

    private String interrupts() throws RefusalException {
        List<String> words = words(PartitionGrammar.IRQS);
        if (words.size() > 1 && (words.contains(Partition.ALL) || words.contains(Partition.NONE))) {
            throw new RefusalException(PartitionGrammar.IRQS + ": '" + Partition.ALL + "' and '" + Partition.NONE
                    + "' stand alone");
        }
        return words.isEmpty() ? Partition.ALL : String.join(",", words);
    }

    private List<String> words(String option) throws RefusalException {
        String text = option(option);
        List<String> words = text == null ? List.of() : List.of(text.split(",", -1));
        for (String word : words) {
            if (word.isEmpty()) {
                throw new RefusalException(option + ": '" + text + "' has an empty name in it");
            }
        }
        return words;
    }

    private String option(String name) {
        return has(name) ? arguments.matchedOption(name).getValue() : null;
    }
}
