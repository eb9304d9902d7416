package org.outrigger.node.partition;

/**
 * A change of the node that a command would make, or has made.
 *
 * @param what  the change in words
 * @param place the file or folder that is changed
 * @param was   what it has now; empty where it is not there yet
 * @param value what it would have
 */
public record Step(String what, String place, String was, String value) {
}
