package org.outrigger.node.partition;

/** What sort of thing of the node is held, which says how it is changed and put back. */
enum Kind {
    /** A file with a value; the key is its path. */
    VALUE,
    /** A file with the CPUs of a control group; the key is its path. */
    CORES,
    /** A control group of ours; the key is its path. */
    GROUP,
    /** A controller for the groups in a group; the key is the group's path, a blank and the controller. */
    CONTROLLER,
    /** A partition's {@code cpuset.cpus.partition}; the key is its path. */
    TYPE,
    /** Pages added to a pool; the key is the path of its {@code nr_hugepages}, the value how many were added. */
    POOL,
    /** The processes of a group that were moved to one of ours; the key is the path of ours, the value that of theirs. */
    TASKS,
    /** A thread's CPUs; the key is its id, a blank and its start time. */
    AFFINITY
}
