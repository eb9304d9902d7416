package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.outrigger.node.CpuSet;

/**
 * The interrupts of a node's devices. Sources: {@code proc(5)}, {@code Documentation/core-api/irq/irq-affinity.rst}, {@code
 * Documentation/ABI/testing/sysfs-kernel-irq} of Linux.
 */
public final class Interrupts {
    static final String FOLDER = "/proc/irq";
    private static final String MORE = "/sys/kernel/irq";
    private static final String DEBUG = "/sys/kernel/debug/irq/irqs";
    private static final String COUNTS = "/proc/interrupts";

    private final NodeFiles files;
    private final DeviceNames names;

    /** Those of a node. */
    public Interrupts(NodeFiles files) {
        this.files = files;
        this.names = new DeviceNames(files);
    }

    /** All of them, by number. */
    public List<Interrupt> all() {
        Map<Integer, Set<String>> devices = new TreeMap<>();
        names.all().forEach((name, numbers) -> numbers.forEach(
                number -> devices.computeIfAbsent(number, none -> new TreeSet<>()).add(name)));
        Map<Integer, String> counted = counted();
        List<Interrupt> all = new ArrayList<>();
        for (int number : numbers()) {
            all.add(interrupt(number, List.copyOf(devices.getOrDefault(number, Set.of())), counted.getOrDefault(number, "")));
        }
        return all;
    }

    private Interrupt interrupt(int number, List<String> devices, String counted) {
        String folder = FOLDER + "/" + number;
        CpuSet affinity = cpus(folder + "/smp_affinity_list");
        CpuSet effective = cpus(folder + "/effective_affinity_list");
        boolean managed = files.writeProtected(folder + "/smp_affinity_list")
                || files.read(DEBUG + "/" + number).orElse("").contains("IRQD_AFFINITY_MANAGED");
        List<String> actions = actions(number, counted);
        return new Interrupt(number, actions, devices, files.read(MORE + "/" + number + "/chip_name").orElse(""),
                files.read(MORE + "/" + number + "/type").orElse(""), affinity, effective.isEmpty() ? affinity : effective,
                        managed);
    }

    private CpuSet cpus(String file) {
        return files.read(file).flatMap(World::cpus).orElse(CpuSet.EMPTY);
    }

    /** The numbers of all interrupts, ascending. */
    List<Integer> numbers() {
        return files.names(FOLDER).stream().filter(name -> name.matches("[0-9]{1,9}")).map(Integer::valueOf).sorted().toList();
    }

    /** The names of the handlers of an interrupt. */
    List<String> actions(int number) {
        return actions(number, "");
    }

    private List<String> actions(int number, String counted) {
        String text = files.read(MORE + "/" + number + "/actions").orElse(counted);
        List<String> actions = new ArrayList<>();
        for (String action : text.split(",")) {
            if (!action.isBlank()) {
                actions.add(action.strip());
            }
        }
        return actions;
    }

    /** The handlers as {@code /proc/interrupts} has them, at the end of each line, for kernels without {@link #MORE}. */
    private Map<Integer, String> counted() {
        Map<Integer, String> counted = new TreeMap<>();
        for (String line : files.read(COUNTS).orElse("").split("\n")) {
            String[] words = line.strip().split("\\s+");
            if (words.length > 1 && words[0].matches("[0-9]{1,9}:")) {
                int last = words.length - 1;
                while (last > 1 && words[last - 1].endsWith(",")) {
                    last--;
                }
                counted.put(Integer.valueOf(words[0].substring(0, words[0].length() - 1)),
                        String.join("", List.of(words).subList(last, words.length)));
            }
        }
        return counted;
    }

    /**
     * The interrupts that a word of a partition means: a number, a range of numbers, the name of a device, or that of a handler,
     * whole or up to a hyphen, colon, point or at sign.
     *
     * @return none where the word means nothing here
     */
    public Set<Integer> named(String word) {
        Set<Integer> found = new TreeSet<>();
        if (word.matches("[0-9]{1,9}(-[0-9]{1,9})?")) {
            String[] ends = word.split("-");
            int low = Integer.parseInt(ends[0]);
            int high = Integer.parseInt(ends[ends.length - 1]);
            numbers().stream().filter(number -> number >= low && number <= high).forEach(found::add);
            return found;
        }
        List<Integer> numbers = numbers();
        found.addAll(names.interrupts(word));
        Map<Integer, String> counted = files.exists(MORE) ? Map.of() : counted();
        for (int number : numbers) {
            if (actions(number, counted.getOrDefault(number, "")).stream().anyMatch(action -> means(action, word))) {
                found.add(number);
            }
        }
        found.retainAll(numbers);
        return found;
    }

    private static boolean means(String action, String word) {
        return action.equals(word) || !word.isEmpty() && action.startsWith(word)
                && "-:.@".indexOf(action.charAt(word.length())) >= 0;
    }

    /** The words for people to choose from: devices, and the handlers of interrupts that belong to no device of a name. */
    public List<String> words() {
        Map<String, Set<Integer>> devices = names.all();
        List<String> words = new ArrayList<>(devices.keySet());
        Map<Integer, String> counted = counted();
        for (int number : numbers()) {
            if (devices.values().stream().noneMatch(numbers -> numbers.contains(number))) {
                actions(number, counted.getOrDefault(number, "")).stream().filter(action -> !words.contains(action))
                        .forEach(words::add);
            }
        }
        return words;
    }

    /** What words of a partition mean, all together; {@link Optional#empty} for all interrupts. */
    Optional<Set<Integer>> leaving(Partition partition) {
        if (!partition.has(Feature.IRQS) && partition.interrupts().equals(Partition.ALL)) {
            return Optional.empty();
        }
        Set<Integer> some = new TreeSet<>();
        if (!partition.has(Feature.IRQS) && !partition.interrupts().equals(Partition.NONE)) {
            for (String word : partition.interrupts().split(",")) {
                some.addAll(named(word.strip()));
            }
        }
        return Optional.of(some);
    }

    /**
     * Whether the words of a partition mean something, and no device is kept by two partitions.
     *
     * @throws PartitionException when not
     */
    void check(Partition partition, List<Partition> others) throws PartitionException {
        if (!partition.interrupts().equals(Partition.ALL) && !partition.interrupts().equals(Partition.NONE)) {
            for (String word : partition.interrupts().split(",")) {
                known(word.strip());
            }
            if (Boolean.TRUE.equals(partition.features().get(Feature.IRQS))) {
                throw new PartitionException("interrupts " + partition.interrupts()
                        + " are to leave the cores, and the feature 'irqs' is on, by which none leaves them");
            }
        }
        for (String device : partition.devices()) {
            Set<Integer> numbers = known(device);
            for (Partition other : others) {
                for (String taken : other.devices()) {
                    if (named(taken).stream().anyMatch(numbers::contains)) {
                        throw new PartitionException("interrupts of '" + device + "' are kept by partition '" + other.name()
                                + "'");
                    }
                }
            }
        }
    }

    private Set<Integer> known(String word) throws PartitionException {
        Set<Integer> numbers = named(word);
        if (numbers.isEmpty()) {
            throw new PartitionException("there is no interrupt of '" + word + "'; there are those of " + String.join(", ",
                    words())
                    + ", and the numbers of /proc/interrupts");
        }
        return numbers;
    }
}
