package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is written down: the partitions there are, and each thing of the node that is not as it was, with the value it had. Every
 * change is on disk before it is made.
 */
final class Books {
    private final String boot;
    private final TreeMap<String, Partition> partitions = new TreeMap<>();
    private final Map<String, Hold> holds = new LinkedHashMap<>();

    /**
     * Empty books.
     *
     * @param boot the boot that they are about, {@code /proc/sys/kernel/random/boot_id}
     */
    Books(String boot) {
        this.boot = boot;
    }

    String boot() {
        return boot;
    }

    /** The partitions by name. */
    Collection<Partition> partitions() {
        return partitions.values();
    }

    Optional<Partition> partition(String name) {
        return Optional.ofNullable(partitions.get(name));
    }

    void put(Partition partition) {
        partitions.put(partition.name(), partition);
    }

    /** These partitions and no others. */
    void replace(Collection<Partition> others) {
        List<Partition> copy = List.copyOf(others);
        partitions.clear();
        copy.forEach(this::put);
    }

    /** What is held, in the order in which it was changed first. */
    List<Hold> holds() {
        return new ArrayList<>(holds.values());
    }

    Optional<Hold> hold(Kind kind, String key) {
        return Optional.ofNullable(holds.get(kind + " " + key));
    }

    void put(Hold hold) {
        holds.put(hold.id(), hold);
    }

    void remove(Hold hold) {
        holds.remove(hold.id());
    }

    /** Whether there is nothing in them. */
    boolean isEmpty() {
        return partitions.isEmpty() && holds.isEmpty();
    }

    /** Whether a change was begun and neither ended nor taken back. */
    boolean interrupted() {
        return holds.values().stream().anyMatch(hold -> !hold.settled());
    }
}
