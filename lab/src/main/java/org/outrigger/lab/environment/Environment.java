package org.outrigger.lab.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The machine as it was while it was measured.
 *
 * @param kernel       release of Linux
 * @param cpu          model name of the processor
 * @param steadyTsc    whether the time stamp counter runs at one rate in all states ({@code constant_tsc}, {@code nonstop_tsc})
 * @param clockSource  what Linux takes the time from
 * @param hugePages    setting of transparent huge pages for anonymous memory
 * @param java         version of the JVM
 * @param jvmFlags     {@code OUTRIGGER_JVM_FLAGS}, empty when there are none
 * @param more         what else bears on quiet: boot parameters, frequency governor, control groups and so on
 */
public record Environment(String kernel, String cpu, boolean steadyTsc, String clockSource, String hugePages, String java,
                          String jvmFlags, List<Fact> more) {
    private static final String UNKNOWN = "unknown";
    private static final Path ROOT = Path.of("/");

    /** Copies the list. */
    public Environment {
        more = List.copyOf(more);
    }

    /** The machine and this JVM, which is of the same kind as those of the LWK. */
    public static Environment read(String jvmFlags) {
        return read(ROOT, jvmFlags);
    }

    /** The machine whose files are below this root. */
    static Environment read(Path root, String jvmFlags) {
        String info = text(root, "proc/cpuinfo");
        String flags = " " + field(info, "flags").orElse("") + " ";
        List<Fact> more = new ArrayList<>();
        more.add(new Fact("kernel_version", "kernel version", text(root, "proc/version")));
        more.add(new Fact("boot_parameters", "boot parameters", text(root, "proc/cmdline")));
        more.add(new Fact("virtual", "virtual machine", flags.contains(" hypervisor ") ? "yes" : "no"));
        more.add(new Fact("cpus_online", "CPUs online", text(root, "sys/devices/system/cpu/online")));
        more.add(new Fact("cpus_isolated", "isolated CPUs", orNone(text(root, "sys/devices/system/cpu/isolated"))));
        more.add(new Fact("cpus_nohz_full", "CPUs without a tick", orNone(text(root, "sys/devices/system/cpu/nohz_full"))));
        more.add(new Fact("smt", "hyper-threading", switch (text(root, "sys/devices/system/cpu/smt/active")) {
            case "0" -> "off";
            case "1" -> "on";
            default -> UNKNOWN;
        }));
        more.add(new Fact("governor", "frequency governor", text(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")));
        more.add(new Fact("transparent_huge_pages_defrag", "huge pages, defragmentation",
                chosen(text(root, "sys/kernel/mm/transparent_hugepage/defrag"))));
        more.add(new Fact("huge_pages_2m", "huge pages in the pool",
                text(root, "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")));
        more.add(new Fact("numa_balancing", "NUMA balancing", text(root, "proc/sys/kernel/numa_balancing")));
        more.add(new Fact("watchdog", "lockup watchdogs", text(root, "proc/sys/kernel/watchdog")));
        more.add(new Fact("rt_runtime_us", "real time, microseconds of each second",
                text(root, "proc/sys/kernel/sched_rt_runtime_us")));
        more.add(new Fact("control_groups", "control groups", text(root, "proc/self/cgroup").replace("\n", " ")));
        return new Environment(text(root, "proc/sys/kernel/osrelease"), field(info, "model name").orElse(UNKNOWN),
                flags.contains(" constant_tsc ") && flags.contains(" nonstop_tsc "),
                text(root, "sys/devices/system/clocksource/clocksource0/current_clocksource"),
                chosen(text(root, "sys/kernel/mm/transparent_hugepage/enabled")), Runtime.version().toString(), jvmFlags, more);
    }

    /** Everything that is known, in the order of a report. */
    public List<Fact> facts() {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("kernel", "Linux", kernel));
        facts.add(new Fact("cpu", "processor", cpu));
        facts.add(new Fact("steady_tsc", "time stamp counter steady", steadyTsc ? "yes" : "no"));
        facts.add(new Fact("clock_source", "clock source", clockSource));
        facts.add(new Fact("transparent_huge_pages", "transparent huge pages", hugePages));
        facts.addAll(more);
        facts.add(new Fact("java", "Java", java));
        facts.add(new Fact("jvm_flags", "JVM flags", orNone(jvmFlags)));
        return facts;
    }

    private static String orNone(String text) {
        return text.isEmpty() || text.equals("(null)") ? "none" : text;
    }

    /** The word in brackets, as sysfs marks a choice. */
    static String chosen(String choices) {
        int from = choices.indexOf('[');
        int to = choices.indexOf(']', from + 1);
        return from < 0 || to < 0 ? UNKNOWN : choices.substring(from + 1, to);
    }

    /** The value of a field of {@code /proc/cpuinfo}, of the first processor. */
    static Optional<String> field(String info, String name) {
        return info.lines().filter(line -> line.startsWith(name) && line.indexOf(':') > 0)
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst();
    }

    private static String text(Path root, String file) {
        try {
            return KernelFile.text(root.resolve(file));
        } catch (IOException hidden) {
            return UNKNOWN;
        }
    }
}
