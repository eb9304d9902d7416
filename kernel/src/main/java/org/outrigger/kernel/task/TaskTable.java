package org.outrigger.kernel.task;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.outrigger.channel.Receiver;
import org.outrigger.corert.Layout;

/**
 * All threads and processes of the job, by slot and by number. Owned by the main loop; the other loops look up the threads of
 * slots that belong to them, which change only while a slot is the main loop's.
 */
public final class TaskTable {
    /** Ended processes that are remembered for the report. */
    private static final int REMEMBERED = 1000;

    private final Receiver receiver;
    private final Placement placement;
    private final Task[] bySlot = new Task[(int) Layout.SLOTS];
    private final Map<Integer, Task> byTid = new HashMap<>();
    private final Map<Integer, LwkProcess> processes = new LinkedHashMap<>();
    private final List<LwkProcess> ended = new ArrayList<>();
    private long processCount;
    private long threadCount;
    private int mostThreads;

    public TaskTable(Receiver receiver, Placement placement) {
        this.receiver = receiver;
        this.placement = placement;
    }

    /** The thread of a slot, or null: then whoever wrote there is not one of ours. */
    public Task task(int slot) {
        return bySlot[slot];
    }

    /** The thread with this number, or null. */
    public Task byTid(int tid) {
        return byTid.get(tid);
    }

    /** The process with this number, or null. */
    public LwkProcess process(int pid) {
        return processes.get(pid);
    }

    public void add(LwkProcess process) {
        processes.put(process.pid(), process);
        processCount++;
    }

    /** Enters a thread; its process must be known. */
    public void add(Task task, long now) {
        bySlot[task.slot()] = task;
        receiver.home(task.slot(), task.process().loop());
        byTid.put(task.tid(), task);
        LwkProcess process = task.process();
        process.add(task);
        if (process.history().size() < REMEMBERED) {
            task.record = process.history().size();
            process.history().add(new LwkProcess.ThreadRecord(task.tid(), task.core(), now));
        }
        placement.add(task.core());
        settled(task);
        threadCount++;
        mostThreads = Math.max(mostThreads, byTid.size());
    }

    /** Forgets a thread; its slot stays taken. */
    public void remove(Task task) {
        bySlot[task.slot()] = null;
        receiver.home(task.slot(), 0);
        byTid.remove(task.tid(), task);
        task.process().remove(task);
        placement.remove(task.core());
    }

    /** Moves a thread to another core. */
    public void move(Task task, int core) {
        placement.remove(task.core());
        placement.add(core);
        task.core(core);
        if (task.record >= 0) {
            LwkProcess.ThreadRecord before = task.process().history().get(task.record);
            task.process().history().set(task.record, new LwkProcess.ThreadRecord(before.tid(), core, before.started()));
        }
        settled(task);
    }

    /** A thread has come to its core: it, and who was alone there, have neighbours now. */
    private void settled(Task task) {
        int load = placement.load(task.core());
        if (load == 2) {
            for (LwkProcess process : processes.values()) {
                for (Task other : process.tasks()) {
                    if (other.core() == task.core()) {
                        placement.shares(other);
                    }
                }
            }
        } else if (load > 2) {
            placement.shares(task);
        }
    }

    /** Forgets the process's threads, but one, and gives their slots back. */
    public void clear(LwkProcess process, Task kept) {
        for (Task task : List.copyOf(process.tasks())) {
            if (task != kept) {
                remove(task);
                receiver.release(task.slot());
            }
        }
    }

    /** The process has ended. */
    public void end(LwkProcess process, long now) {
        clear(process, null);
        process.end(now);
        processes.remove(process.pid());
        if (ended.size() < REMEMBERED) {
            ended.add(process);
        }
    }

    public Collection<LwkProcess> running() {
        return processes.values();
    }

    /** Those that have ended, as far as they are remembered. */
    public List<LwkProcess> ended() {
        return ended;
    }

    /** How many processes there have been. */
    public long processCount() {
        return processCount;
    }

    /** How many threads there have been. */
    public long threadCount() {
        return threadCount;
    }

    /** How many threads there were at a time at most. */
    public int mostThreads() {
        return mostThreads;
    }
}
