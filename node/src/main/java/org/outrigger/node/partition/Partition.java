package org.outrigger.node.partition;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.outrigger.node.CpuSet;

/**
 * A partition as it was asked for.
 *
 * @param name       its name
 * @param cores      its LWK cores, at least one
 * @param linuxCores the Linux cores of its jobs; empty for all that belong to no partition
 * @param memory     its pages, in the pools of NUMA nodes; none where it has no memory of its own
 * @param features   what was said of features; {@link #has} tells of all
 * @param realTime   whether the threads of its jobs run in real time (SCHED_FIFO) unless the job says otherwise
 * @param interrupts which interrupts leave the cores: {@code all}, {@code none}, or numbers and names of devices
 * @param devices    devices whose interrupts go to the partition's Linux cores
 * @param owner      the process with which it ends; empty where it stays
 */
public record Partition(String name, CpuSet cores, CpuSet linuxCores, List<PoolPages> memory, Map<Feature, Boolean> features,
                        boolean realTime, String interrupts, List<String> devices, Optional<Owner> owner) {
    /** All interrupts leave the cores. */
    public static final String ALL = "all";
    /** No interrupt is moved. */
    public static final String NONE = "none";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}");

    /** Checks the name and copies what could change. */
    public Partition {
        memory = List.copyOf(memory);
        EnumMap<Feature, Boolean> copy = new EnumMap<>(Feature.class);
        copy.putAll(features);
        features = copy;
        devices = List.copyOf(devices);
        if (!isName(name) || cores.isEmpty()) {
            throw new IllegalArgumentException("a partition needs a name and a core");
        }
    }

    /** Whether a partition may be called so: letters, digits, {@code _ . -}, at most 63, the first a letter or digit. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Whether a feature is on. */
    public boolean has(Feature feature) {
        return features.getOrDefault(feature, feature.usual());
    }

    /** All its memory in bytes. */
    public long bytes() {
        return memory.stream().mapToLong(PoolPages::bytes).sum();
    }

    Partition with(CpuSet otherCores, CpuSet otherLinuxCores, List<PoolPages> otherMemory) {
        return new Partition(name, otherCores, otherLinuxCores, otherMemory, features, realTime, interrupts, devices, owner);
    }
}
