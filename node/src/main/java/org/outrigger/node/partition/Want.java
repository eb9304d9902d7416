package org.outrigger.node.partition;

/**
 * How one thing of the node has to be for the sake of partitions.
 *
 * @param phase  when it is changed
 * @param kind   what sort of thing it is
 * @param key    which one
 * @param value  how it has to be
 * @param needed whether there can be no partition without it; else it is told that it could not be had
 * @param what   the change in words, for people: {@code interrupt 9 to CPU 0}
 */
public record Want(Phase phase, Kind kind, String key, String value, boolean needed, String what) {

    String id() {
        return kind + " " + key;
    }
}
