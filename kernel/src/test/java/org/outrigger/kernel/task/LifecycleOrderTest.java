package org.outrigger.kernel.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.abi.CloneFlags;
import org.outrigger.corert.Layout;

/** Thousands of births and deaths whose news arrive in random order: when all processes have ended, every slot is free. */
class LifecycleOrderTest {
    private static final long THREAD = CloneFlags.CLONE_VM | CloneFlags.CLONE_THREAD;

    /** A clone whose two reports are on their way. */
    private static final class Birth {
        final Task parent;
        final int slot;
        final int pid;
        final int tid;
        final boolean thread;
        boolean startedTold;
        boolean clonedTold;
        boolean parentUnheard;

        Birth(Task parent, int slot, int pid, int tid, boolean thread) {
            this.parent = parent;
            this.slot = slot;
            this.pid = pid;
            this.tid = tid;
            this.thread = thread;
            this.clonedTold = thread; // of threads only failures are reported
        }
    }

    private final SimulatedJob job = new SimulatedJob();
    private final List<Task> alive = new ArrayList<>();
    private final List<Birth> births = new ArrayList<>();
    private final Set<Integer> processes = new HashSet<>();
    private int numbers = 1000;
    /** Children of whom nobody ever told: killed before they could speak, after their parents had been. */
    private int lost;

    private void begin(Task parent, boolean thread) {
        int slot = job.announce(parent, thread ? THREAD : 0);
        int tid = numbers++;
        int pid = thread ? parent.process().pid() : tid;
        processes.add(pid);
        births.add(new Birth(parent, slot, pid, tid, thread));
    }

    private void report(Birth birth, boolean first) {
        if (first && !birth.startedTold) {
            birth.startedTold = true;
            alive.add(job.started(birth.slot, birth.pid, birth.tid));
            assertSame(alive.getLast(), job.tasks.byTid(birth.tid));
            assertEquals(birth.pid, alive.getLast().process().pid());
        } else if (!birth.clonedTold) {
            birth.clonedTold = true;
            job.cloned(birth.parent, birth.slot, birth.tid);
        }
        if (birth.startedTold && birth.clonedTold) {
            births.remove(birth);
        }
    }

    /** Killed: nothing that its threads had to say will be said. */
    private void kill(int pid) {
        for (Birth birth : List.copyOf(births)) {
            if (birth.parent.process().pid() == pid && !birth.clonedTold) {
                birth.clonedTold = true;
                birth.parentUnheard = true;
            }
            if (birth.pid == pid && !birth.startedTold) {
                birth.startedTold = true;
                lost += birth.parentUnheard ? 1 : 0;
            }
            if (birth.pid == pid && !birth.thread && !birth.clonedTold) {
                report(birth, false); // the parent is alive and tells, before or after the end is seen
            }
            if (birth.startedTold && birth.clonedTold) {
                births.remove(birth);
            }
        }
        alive.removeIf(task -> task.process().pid() == pid);
        processes.remove(pid);
        job.lifecycle.ended(pid);
        if (pid % 2 == 0) {
            job.lifecycle.ended(pid); // the launcher tells it too
        }
        job.loops.settle();
        assertFalse(job.tasks.running().stream().anyMatch(process -> process.pid() == pid));
    }

    private void exec(Task task) {
        int pid = task.process().pid();
        if (births.stream().anyMatch(birth -> birth.pid == pid || birth.parent.process().pid() == pid)) {
            return;
        }
        job.execed(task.slot(), pid, 0);
        alive.removeIf(other -> other.process().pid() == pid);
        alive.add(job.tasks.byTid(pid));
        assertEquals(1, job.tasks.process(pid).tasks().size());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void everySlotComesBackToThreeLoops(long seed) {
        job.loops.count(3);
        everySlotComesBack(seed);
        for (int slot = 0; slot < Layout.SLOTS; slot++) {
            assertTrue(job.receiver.owns(slot), "a slot that nobody uses is the main loop's");
        }
        for (int loop = 0; loop < 3; loop++) {
            assertEquals(0, job.loops.load(loop));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void everySlotComesBack(long seed) {
        Random random = new Random(seed);
        alive.add(job.rank(100));
        processes.add(100);
        for (int step = 0; step < 5000; step++) {
            if (alive.isEmpty() && births.isEmpty()) {
                int pid = numbers++;
                processes.add(pid);
                alive.add(job.rank(pid));
            }
            step(random);
        }
        while (!births.isEmpty()) {
            report(births.getFirst(), true);
        }
        for (int pid : Set.copyOf(processes)) {
            kill(pid);
        }
        assertTrue(job.tasks.running().isEmpty());
        assertEquals(lost, job.slotsTaken(), "slots leak");
        for (int core : SimulatedJob.CORES) {
            assertEquals(0, job.placement.load(core));
        }
    }

    private void step(Random random) {
        int what = random.nextInt(20);
        if (!births.isEmpty() && what < 8) {
            report(births.get(random.nextInt(births.size())), random.nextBoolean());
        } else if (!alive.isEmpty()) {
            Task task = alive.get(random.nextInt(alive.size()));
            boolean inBirth = births.stream().anyMatch(birth -> birth.parent == task);
            if (what < 14 && alive.size() < 200 && !inBirth) {
                begin(task, random.nextBoolean());
            } else if (what < 17 && !inBirth && task.process().tasks().size() > 1) {
                alive.remove(task);
                job.exit(task);
            } else if (what == 18) {
                exec(task);
            } else if (what == 19) {
                kill(task.process().pid());
            }
        }
    }
}
