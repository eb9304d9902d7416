package org.outrigger.kernel.task;

/** Puts threads on LWK cores: the least loaded of those that the thread may use, the lowest number among equals. */
public final class Placement {
    private final int[] load = new int[CoreMask.WORDS * Long.SIZE];

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
}
