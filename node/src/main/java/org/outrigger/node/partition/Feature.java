package org.outrigger.node.partition;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What of Linux goes on, or does not, on the cores of a partition. The knobs are those of Argo NodeOS. */
public enum Feature {
    /** The scheduler moves threads between the cores. */
    LOAD_BALANCING(false),
    /** Threads and work queues of the kernel that can run elsewhere run here. */
    KTHREADS(false),
    /** Interrupts that can go elsewhere come here. */
    IRQS(false),
    /** Transparent huge pages for the jobs. */
    THP(true),
    /** The jobs' memory may be swapped out. */
    SWAP(true),
    /** The kernel's detectors of lock-ups look at the cores. */
    WATCHDOG(false),
    /** The kernel moves pages between NUMA nodes to where they are used. */
    NUMA_BALANCING(true);

    private final boolean usual;

    Feature(boolean usual) {
        this.usual = usual;
    }

    /** Whether it is on where nothing is said. */
    public boolean usual() {
        return usual;
    }

    /** The name as users write it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** All names, for messages. */
    public static String keys() {
        StringBuilder keys = new StringBuilder();
        for (Feature feature : values()) {
            keys.append(keys.isEmpty() ? "" : ", ").append(feature.key());
        }
        return keys.toString();
    }

    /**
     * Reads {@code irqs=off,thp=on}.
     *
     * @return what was said, and nothing of what was not
     */
    public static Map<Feature, Boolean> parse(String text) throws PartitionException {
        Map<Feature, Boolean> said = new EnumMap<>(Feature.class);
        for (String word : text.split(",", -1)) {
            String[] sides = word.split("=", -1);
            Feature feature = null;
            for (Feature candidate : values()) {
                feature = candidate.key().equals(sides[0]) ? candidate : feature;
            }
            if (feature == null) {
                throw new PartitionException("there is no feature '" + sides[0] + "'; there are " + keys());
            }
            if (sides.length != 2 || !sides[1].equals("on") && !sides[1].equals("off")) {
                throw new PartitionException("'" + word + "' is neither '" + feature.key() + "=on' nor '" + feature.key()
                        + "=off'");
            }
            Boolean before = said.put(feature, sides[1].equals("on"));
            if (before != null && before != said.get(feature)) {
                throw new PartitionException("'" + feature.key() + "' is said to be both on and off");
            }
        }
        return said;
    }
}
