package org.outrigger.kernel.boot;

import org.outrigger.host.ProcFile;
import org.outrigger.kernel.inject.Freezer;
import org.outrigger.kernel.memory.AddressSpace;
import org.outrigger.kernel.memory.Standstill;
import org.outrigger.kernel.task.LwkProcess;
import org.outrigger.kernel.task.Loops;
import org.outrigger.kernel.task.Task;
import org.outrigger.kernel.task.TaskTable;

/**
 * {@link Standstill} by ptrace, which is the main loop's, like this. Refused where several processes run in
 * one address space, and where Linux has pinned memory of the process for a device, which would go on using the old pages.
 */
final class Standstills implements Standstill {
    private final TaskTable tasks;
    private final Freezer freezer;
    private final ProcFile files;
    private final Loops loops;

    Standstills(TaskTable tasks, Freezer freezer, ProcFile files, Loops loops) {
        this.tasks = tasks;
        this.freezer = freezer;
        this.files = files;
        this.loops = loops;
    }

    @Override
    public void begin(AddressSpace space, int slot, Ready ready) {
        Task task = tasks.task(slot);
        if (task == null) {
            return; // nobody waits any more
        }
        LwkProcess process = task.process();
        boolean possible = !pinned(process.pid());
        for (LwkProcess other : tasks.running()) {
            possible &= other == process || other.space() != space;
        }
        if (!possible) {
            loops.at(space.loop(), () -> ready.go(false), () -> { });
            return;
        }
        freezer.begin(process.pid(), task.tid(), still -> {
            if (tasks.task(slot) == task) {
                loops.at(space.loop(), () -> ready.go(still), () -> { });
            } else {
                freezer.end(task.tid());
            }
        });
    }

    private boolean pinned(int pid) {
        String status = files.text("/proc/" + pid + "/status");
        int at = status.indexOf("VmPin:");
        return at < 0 || Long.parseLong(status.substring(at + 6, status.indexOf('k', at)).strip()) > 0;
    }

    @Override
    public void end(AddressSpace space, int slot) {
        Task task = tasks.task(slot);
        if (task != null) {
            freezer.end(task.tid());
        }
    }
}
