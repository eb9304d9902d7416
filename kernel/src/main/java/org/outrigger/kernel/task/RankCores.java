package org.outrigger.kernel.task;

/** The LWK cores of one rank: of the process that was launched and of all that descend from it. Owned by the main loop. */
public final class RankCores {
    private int[] cores;
    private CoreMask mask;
    private int version;

    /** @param cores CPU numbers, ascending, at least one */
    public RankCores(int[] cores) {
        this.cores = cores.clone();
        mask = CoreMask.of(cores);
    }

    /** CPU numbers, ascending; not to be changed. */
    public int[] cores() {
        return cores;
    }

    /** The same as a set; not to be changed. */
    public CoreMask mask() {
        return mask;
    }

    /** How often they have changed: who has chosen among them compares. */
    public int version() {
        return version;
    }

    /** They are these from now on. */
    void become(int[] next) {
        cores = next.clone();
        mask = CoreMask.of(cores);
        version++;
    }
}
