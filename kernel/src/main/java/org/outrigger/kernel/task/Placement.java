package org.outrigger.kernel.task;

/** Puts threads on LWK cores: the least loaded of those that the thread may use, the lowest number among equals. */
public final class Placement {
    /** Tells Linux about threads, from outside. */
    public interface Linux {
        /** Nobody is told. */
        Linux NONE = (tid, cpus) -> { };

        /** The CPUs that a thread may use. */
        void bind(int tid, CoreMask cpus);

        /** A thread shares its core: if it runs in real time until it blocks, it is to take turns. */
        default void shares(int tid) {
        }
    }

    private final int[] load = new int[CoreMask.WORDS * Long.SIZE];
    private Linux linux = Linux.NONE;

    /** From now on this tells Linux. */
    public void tell(Linux whom) {
        linux = whom;
    }

    /** Chooses among the cores in the mask; -1 where it has none of them. */
    public int choose(int[] cores, CoreMask allowed) {
        int best = -1;
        for (int core : cores) {
            if (allowed.contains(core) && (best < 0 || load[core] < load[best])) {
                best = core;
            }
        }
        return best;
    }

    public void add(int core) {
        load[core]++;
    }

    public void remove(int core) {
        load[core]--;
    }

    /** Threads on the core. */
    public int load(int core) {
        return load[core];
    }

    /** Has Linux keep a thread where it was put: on one core, or on those of its own choice. */
    void bind(Task task) {
        boolean free = task.affinity().equals(task.process().rank().mask());
        linux.bind(task.tid(), free ? CoreMask.of(task.core()) : task.affinity());
    }

    /** A thread has got neighbours on its core. */
    void shares(Task task) {
        linux.shares(task.tid());
    }
}
