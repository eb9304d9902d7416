package org.outrigger.kernel.task;

/**
 * Gives the ranks of a job other cores while it runs. As with {@code cpuset(7)}, a thread that never chose CPUs for itself may
 * use all cores of its rank, one that did those of its choice that are left, or all where none is. Here each thread of the first
 * kind gets one core, as when it was made. Owned by the main loop.
 */
public final class CoreChange {
    private final TaskTable tasks;
    private final Placement placement;

    public CoreChange(TaskTable tasks, Placement placement) {
        this.tasks = tasks;
        this.placement = placement;
    }

    /**
     * Makes the change and tells Linux, which refuses nothing of it unless the cores are not to be had.
     *
     * @param ranks  those of the job
     * @param shares the cores of each, ascending, at least one
     */
    public void apply(RankCores[] ranks, int[][] shares) {
        for (int rank = 0; rank < ranks.length; rank++) {
            ranks[rank].become(shares[rank]);
        }
        for (LwkProcess process : tasks.running()) {
            for (Task task : process.tasks()) {
                task.follow();
                if (!task.affinity().contains(task.core())) {
                    tasks.move(task, placement.choose(process.cores(), task.affinity()));
                }
            }
        }
        while (spread()) {
            continue;
        }
        for (LwkProcess process : tasks.running()) {
            for (Task task : process.tasks()) {
                placement.bind(task);
            }
        }
    }

    /** Moves threads to cores where they have fewer beside them; false where nobody gains any more. */
    private boolean spread() {
        boolean moved = false;
        for (LwkProcess process : tasks.running()) {
            for (Task task : process.tasks()) {
                int best = placement.choose(process.cores(), task.affinity());
                if (placement.load(best) + 1 < placement.load(task.core())) {
                    tasks.move(task, best);
                    moved = true;
                }
            }
        }
        return moved;
    }

    /** Whether threads share a core. */
    public boolean crowded() {
        for (LwkProcess process : tasks.running()) {
            for (int core : process.cores()) {
                if (placement.load(core) > 1) {
                    return true;
                }
            }
        }
        return false;
    }
}
