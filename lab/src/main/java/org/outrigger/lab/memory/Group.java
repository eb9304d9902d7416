package org.outrigger.lab.memory;

/**
 * Rows that one process of an arm is asked for: what an LWK, and a C library, learn of a process depends on all that it has
 * allocated.
 *
 * @param name  of the group
 * @param fresh whether the process is started anew for each round; else it lives through all rounds
 * @param every the group is measured in each so many rounds
 */
record Group(String name, boolean fresh, int every) {
    /** A row that has a process of its own, which lives through all rounds. */
    static Group own(String name) {
        return new Group(name, false, 1);
    }
}
