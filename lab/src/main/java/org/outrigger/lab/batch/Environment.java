package org.outrigger.lab.batch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
 */
public record Environment(String kernel, String cpu, boolean steadyTsc, String clockSource, String hugePages, String java,
                          String jvmFlags) {
    private static final String UNKNOWN = "unknown";

    /** The machine and this JVM, which is of the same kind as those of the LWK. */
    public static Environment read(String jvmFlags) {
        String info = text("/proc/cpuinfo");
        String flags = field(info, "flags").orElse("");
        return new Environment(text("/proc/sys/kernel/osrelease").strip(), field(info, "model name").orElse(UNKNOWN),
                flags.contains("constant_tsc") && flags.contains("nonstop_tsc"),
                text("/sys/devices/system/clocksource/clocksource0/current_clocksource").strip(),
                chosen(text("/sys/kernel/mm/transparent_hugepage/enabled")), Runtime.version().toString(), jvmFlags);
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

    private static String text(String file) {
        try {
            return new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8);
        } catch (IOException hidden) {
            return UNKNOWN;
        }
    }
}
