package org.outrigger.kernel.task;

import org.outrigger.kernel.loop.Pending;

/** A thread of the application with a slot. Owned by the main loop, but {@link #pending} by the loop that has the slot. */
public final class Task {
    private final int slot;
    private final int tid;
    private final LwkProcess process;
    private final Pending pending = new Pending();
    private final CoreMask affinity;
    /** Where it stands in its process's list, which keeps this. */
    int place;
    /** Where it stands in its process's history, -1 for nowhere; the table keeps this. */
    int record = -1;
    private int core;
    private CoreMask wanted;

    /**
     * @param affinity the CPUs that the thread believes it may use
     * @param core     the LWK core where it was put
     */
    public Task(int slot, int tid, LwkProcess process, CoreMask affinity, int core) {
        this.slot = slot;
        this.tid = tid;
        this.process = process;
        this.affinity = affinity;
        this.core = core;
    }

    public int slot() {
        return slot;
    }

    public int tid() {
        return tid;
    }

    public LwkProcess process() {
        return process;
    }

    public Pending pending() {
        return pending;
    }

    /** The CPUs that it may use, as it sees it. */
    public CoreMask affinity() {
        return affinity;
    }

    /** The CPUs that it has asked for, those too that are none of its rank's; null where it never did. */
    CoreMask wanted() {
        return wanted;
    }

    void wanted(CoreMask cpus) {
        wanted = cpus;
    }

    /** Makes of its wish what its rank's cores allow; all of them where that is nothing. Source: {@code cpuset(7)}. */
    void follow() {
        CoreMask all = process.rank().mask();
        affinity.set(all);
        if (wanted != null) {
            affinity.retain(wanted);
            if (affinity.isEmpty()) {
                affinity.set(all);
            }
        }
    }

    public int core() {
        return core;
    }

    public void core(int next) {
        core = next;
    }
}
