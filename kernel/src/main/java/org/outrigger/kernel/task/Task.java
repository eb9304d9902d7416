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
    private int core;

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

    public CoreMask affinity() {
        return affinity;
    }

    public int core() {
        return core;
    }

    public void core(int next) {
        core = next;
    }
}
