package org.outrigger.node.partition;

import java.util.List;

/**
 * Something of Linux that stays on the cores of a partition.
 *
 * @param group what sort of thing it is: {@code per-CPU kernel threads}
 * @param names which ones, in order
 * @param why   why it cannot be moved
 */
public record Unmovable(String group, List<String> names, String why) {

    /** Copies what could change. */
    public Unmovable {
        names = List.copyOf(names);
    }

    /** In one line: {@code per-CPU kernel threads: ksoftirqd/1, migration/1 (each CPU has its own)}. */
    @Override
    public String toString() {
        return group + ": " + String.join(", ", names) + " (" + why + ")";
    }
}
