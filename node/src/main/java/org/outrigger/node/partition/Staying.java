package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.outrigger.node.CpuMask;
import org.outrigger.node.CpuSet;

/**
 * What of Linux stays on the cores of a partition because it cannot be moved. Sources: {@code
 * Documentation/admin-guide/kernel-per-CPU-kthreads.rst}, {@code Documentation/timers/no_hz.rst}, {@code proc(5)} of Linux.
 */
final class Staying {
    private static final Set<String> OFFLOADED = Set.of("rcuop/", "rcuos/", "rcuob/", "rcuo/");
    private static final Set<String> OF_THE_CPU = Set.of("NMI", "LOC", "PMI", "IWI", "RES", "CAL", "TLB", "TRM", "THR", "MCP");
    private static final String PER_CPU = "per-CPU kernel threads";
    private static final String WORKERS = "workers of per-CPU work queues";
    private static final String RESCUERS = "rescuers of work queues";
    private static final String OTHERS = "kernel threads that refuse to be bound";
    /** The first release that sets time aside for ordinary threads on each CPU. */
    private static final int SERVERS_MAJOR = 6;
    private static final int SERVERS_MINOR = 12;
    private static final String TICKLESS = "/sys/devices/system/cpu/nohz_full";

    private final NodeFiles files;
    private final Partition partition;
    private final boolean there;
    private final List<Unmovable> found = new ArrayList<>();

    /**
     * For one partition.
     *
     * @param there whether it has been created, so that what could be moved has been; else only what is known beforehand is told
     */
    Staying(NodeFiles files, Partition partition, boolean there) {
        this.files = files;
        this.partition = partition;
        this.there = there;
    }

    List<Unmovable> all() {
        interrupts();
        ofTheCpu();
        queues();
        threads();
        tick();
        realTime();
        found.sort((one, other) -> one.group().compareTo(other.group()));
        return List.copyOf(found);
    }

    private void add(String group, List<String> names, String why) {
        if (!names.isEmpty()) {
            found.add(new Unmovable(group, names, why));
        }
    }

    private void interrupts() {
        Interrupts interrupts = new Interrupts(files);
        Optional<Set<Integer>> leaving = interrupts.leaving(partition);
        Set<Integer> kept = new TreeSet<>();
        partition.devices().forEach(device -> kept.addAll(interrupts.named(device)));
        List<String> managed = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (Interrupt interrupt : interrupts.all()) {
            int number = interrupt.number();
            boolean asked = kept.contains(number) || leaving.map(numbers -> numbers.contains(number)).orElse(true);
            if (asked && !interrupt.actions().isEmpty() && interrupt.staysOn(partition.cores())) {
                (interrupt.managed() ? managed : others).add(interrupt.toString());
            }
        }
        add("interrupts", managed, "their drivers have fixed the CPUs");
        if (there) {
            add("interrupts that refused", others, "the kernel does not let them be moved");
        }
    }

    /** What the processor itself interrupts for, by {@code /proc/interrupts}: those that have come to a core already. */
    private void ofTheCpu() {
        List<String> names = new ArrayList<>();
        CpuSet columns = CpuSet.EMPTY;
        for (String line : files.read("/proc/interrupts").orElse("").split("\n")) {
            String[] words = line.strip().split("\\s+");
            if (columns.isEmpty()) {
                columns = columns(words);
                continue;
            }
            String name = words[0].replace(":", "");
            int[] cpus = columns.toArray();
            for (int i = 0; OF_THE_CPU.contains(name) && i < cpus.length && i + 1 < words.length; i++) {
                if (partition.cores().contains(cpus[i]) && !words[i + 1].equals("0")) {
                    names.add(name + " " + String.join(" ", List.of(words).subList(Math.min(words.length, cpus.length + 1),
                            words.length)));
                    break;
                }
            }
        }
        names.sort(null);
        add("interrupts of the processor", names, "each CPU has its own");
    }

    private static CpuSet columns(String[] head) {
        CpuSet columns = CpuSet.EMPTY;
        for (String word : head) {
            if (word.matches("CPU[0-9]{1,5}")) {
                columns = columns.union(CpuSet.of(Integer.parseInt(word.substring("CPU".length()))));
            }
        }
        return columns;
    }

    private void queues() {
        if (!there || partition.has(Feature.KTHREADS)) {
            return;
        }
        List<String> names = new ArrayList<>();
        for (String queue : files.names(SteeringWants.QUEUES)) {
            files.read(SteeringWants.QUEUES + "/" + queue + "/cpumask").map(CpuMask::parse)
                    .filter(mask -> !mask.intersection(partition.cores()).isEmpty()).ifPresent(mask -> names.add(queue));
        }
        add("work queues", names, "the kernel does not let their masks be changed");
    }

    private void threads() {
        Map<String, Set<String>> groups = new TreeMap<>();
        CpuSet offloaded = CpuSet.EMPTY;
        for (String name : files.names("/proc")) {
            if (!Character.isDigit(name.charAt(0))) {
                continue;
            }
            int pid = Integer.parseInt(name);
            String thread = KernelThreads.name(files, pid).orElse("");
            CpuSet cpus = thread.isEmpty() ? CpuSet.EMPTY : files.affinity(pid).orElse(CpuSet.EMPTY);
            offloaded = offloaded.union(offloaded(thread));
            if (!cpus.intersection(partition.cores()).isEmpty() && !thread.startsWith(ThreadWants.HANDLER)) {
                group(thread, cpus, pid).ifPresent(group -> groups.computeIfAbsent(group, none -> new TreeSet<>())
                        .add(bare(thread)));
            }
        }
        groups.forEach((group, names) -> add(group, List.copyOf(names), reason(group)));
        CpuSet bare = partition.cores().minus(offloaded);
        if (!bare.isEmpty()) {
            add("RCU callbacks", List.of("those of CPU " + bare), "the kernel was booted without rcu_nocbs=" + bare
                    + "; a running system cannot take callbacks to other CPUs");
        }
    }

    private Optional<String> group(String thread, CpuSet cpus, int pid) {
        boolean here = partition.cores().containsAll(cpus);
        if (thread.startsWith(ThreadWants.WORKER + "R-")) {
            return Optional.of(RESCUERS);
        }
        if (thread.startsWith(ThreadWants.WORKER + "u")) {
            return Optional.empty(); // they follow the mask of their queue
        }
        if (thread.startsWith(ThreadWants.WORKER)) {
            return here ? Optional.of(WORKERS) : Optional.empty();
        }
        return here && cpus.size() == 1 ? Optional.of(PER_CPU)
                : KernelThreads.bound(files, pid) ? Optional.of(OTHERS) : Optional.empty();
    }

    private static String reason(String group) {
        return switch (group) {
            case PER_CPU -> "each CPU has its own";
            case WORKERS -> "what was queued on a CPU runs there";
            case RESCUERS -> "the kernel lets nobody bind them; they run only when memory is too short for new workers";
            default -> "the kernel lets nobody bind them";
        };
    }

    /** A worker's name without what it works at now: {@code kworker/1:0} of {@code kworker/1:0-events}. */
    private static String bare(String thread) {
        int dash = thread.startsWith(ThreadWants.WORKER) && !thread.startsWith(ThreadWants.WORKER + "R-") ? thread.indexOf('-')
                : -1;
        return dash < 0 ? thread : thread.substring(0, dash);
    }

    /** The CPU whose callbacks a thread runs elsewhere. */
    private static CpuSet offloaded(String thread) {
        for (String prefix : OFFLOADED) {
            if (thread.startsWith(prefix) && thread.substring(prefix.length()).matches("[0-9]{1,4}")) {
                return CpuSet.of(Integer.parseInt(thread.substring(prefix.length())));
            }
        }
        return CpuSet.EMPTY;
    }

    private void tick() {
        CpuSet tickless = files.read(TICKLESS).flatMap(World::cpus).orElse(CpuSet.EMPTY);
        CpuSet ticking = partition.cores().minus(tickless);
        if (!ticking.isEmpty()) {
            add("timer tick", List.of("that of CPU " + ticking), "the kernel was booted without nohz_full=" + ticking);
        }
    }

    private void realTime() {
        boolean servers = files.exists(SteeringWants.SERVERS);
        if (partition.realTime() && !servers && KernelRelease.atLeast(files, SERVERS_MAJOR, SERVERS_MINOR)) {
            add("time set aside for ordinary threads", List.of("fair_server of CPU " + partition.cores()),
                    "it is changed in " + SteeringWants.SERVERS + ", and debugfs is not mounted there");
        }
    }
}
