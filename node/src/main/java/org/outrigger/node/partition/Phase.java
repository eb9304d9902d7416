package org.outrigger.node.partition;

/** When a thing is changed: in this order on the way in, in the opposite order on the way out. */
enum Phase {
    /** Pages for the partition: first, since this fails most. */
    MEMORY,
    /** Interrupts, work queues and the like go away from the cores. */
    STEERING,
    /** A group for everything else, where the root group itself cannot be confined. */
    REST,
    /** What is in the root group goes to the group for everything else. */
    OTHERS,
    /** Groups of others give up the cores; the innermost first. */
    FOREIGN,
    /** Controllers are switched on for the partition's group. */
    CONTROLLERS,
    /** The partition's group. */
    GROUP,
    /** The group's memory nodes, then its cores, and its other values. */
    NODES,
    CORES,
    FLAGS,
    /** The group becomes a partition in the kernel's sense. */
    TYPE,
    /** Threads of the kernel go away from the cores. */
    THREADS
}
