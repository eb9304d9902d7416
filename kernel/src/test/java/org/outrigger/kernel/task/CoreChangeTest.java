package org.outrigger.kernel.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.outrigger.abi.CloneFlags;

/** Ranks that get other cores while they run; the rank begins with cores 2, 3 and 5. */
class CoreChangeTest {
    private static final long THREAD = CloneFlags.CLONE_VM | CloneFlags.CLONE_THREAD;

    private final SimulatedJob job = new SimulatedJob();
    private final CoreChange change = new CoreChange(job.tasks, job.placement);
    private final Map<Integer, CoreMask> bound = new HashMap<>();
    private final List<Integer> sharing = new ArrayList<>();
    private final Task main = job.rank(100);
    private final LwkProcess process = main.process();

    @BeforeEach
    void tellUs() {
        job.placement.tell(new Placement.Linux() {
            @Override
            public void bind(int tid, CoreMask cpus) {
                bound.put(tid, cpus);
            }

            @Override
            public void shares(int tid) {
                sharing.add(tid);
            }
        });
    }

    private Task thread(int tid) {
        return job.started(job.announce(main, THREAD), 100, tid);
    }

    private void become(int... cores) {
        change.apply(new RankCores[] {process.rank()}, new int[][] {cores});
    }

    /** The thread chooses CPUs for itself. */
    private void choose(Task task, int... cpus) {
        job.mask(task.slot(), CoreMask.of(cpus));
        job.affinities.set(task, job.request(task.slot(), 0));
        task.pending().take().resume(task.slot(), task.pending(), 0);
    }

    @Test
    void threadsLeaveTheCoresThatGoAndShareWhatIsLeft() {
        Task second = thread(101);
        Task third = thread(102);
        assertEquals(5, third.core());
        assertFalse(change.crowded());
        become(3);
        for (Task task : List.of(main, second, third)) {
            assertEquals(3, task.core());
            assertEquals(CoreMask.of(3), task.affinity());
            assertEquals(CoreMask.of(3), bound.get(task.tid()));
        }
        assertEquals(3, job.placement.load(3));
        assertEquals(0, job.placement.load(2) + job.placement.load(5));
        assertTrue(change.crowded());
        assertEquals(List.of(100, 101, 102), sharing.stream().distinct().sorted().toList());
        assertArrayEquals(new int[] {3}, process.cores());
    }

    @Test
    void threadsSpreadOverCoresThatCome() {
        become(7);
        Task second = thread(101);
        Task third = thread(102);
        Task fourth = thread(103);
        become(1, 7);
        assertEquals(2, job.placement.load(1));
        assertEquals(2, job.placement.load(7));
        for (Task task : List.of(main, second, third, fourth)) {
            assertEquals(CoreMask.of(1, 7), task.affinity(), "what the program sees");
            assertEquals(CoreMask.of(task.core()), bound.get(task.tid()), "one thread, one core");
        }
        job.affinities.get(main, job.request(main.slot(), 0));
        assertEquals(1 << 1 | 1 << 7, job.mask(main.slot(), 0));
        Task fifth = thread(104);
        assertTrue(fifth.core() == 1 || fifth.core() == 7);
        become(1, 7, 8, 9, 10, 11);
        assertFalse(change.crowded());
    }

    @Test
    void whatIsLeftOfAThreadsOwnChoiceStaysAndComesBack() {
        choose(main, 3, 5, 200);
        become(2, 5);
        assertEquals(CoreMask.of(5), main.affinity());
        assertEquals(5, main.core());
        assertEquals(CoreMask.of(5), bound.get(100));
        become(2, 4);
        assertEquals(CoreMask.of(2, 4), main.affinity(), "nothing is left: as cpuset(7), all of them");
        become(2, 3, 5);
        assertEquals(CoreMask.of(3, 5), main.affinity());
        assertEquals(CoreMask.of(3, 5), bound.get(100));
    }

    @Test
    void aThreadInheritsTheChoiceOfItsParent() {
        choose(main, 3);
        Task child = thread(101);
        become(2, 4);
        become(2, 3);
        assertEquals(CoreMask.of(3), child.affinity());
    }

    @Test
    void aThreadThatWasAnnouncedBeforeIsPutOnACoreOfNow() {
        job.placement.add(2);
        int slot = job.announce(main, THREAD);
        become(4, 6);
        Task child = job.started(slot, 100, 101);
        assertEquals(CoreMask.of(4, 6), child.affinity());
        assertTrue(child.core() == 4 || child.core() == 6);
        assertEquals(CoreMask.of(child.core()), bound.get(101), "it has bound itself to a core of before");
        assertEquals(1, job.placement.load(child.core()));
    }

    @Test
    void anAffinityThatIsJustBeingSetIsOneOfTheNewCores() {
        job.mask(main.slot(), CoreMask.of(3));
        job.affinities.set(main, job.request(main.slot(), 0));
        become(4, 6);
        main.pending().take().resume(main.slot(), main.pending(), 0);
        assertEquals(CoreMask.of(4, 6), main.affinity());
        assertEquals(CoreMask.of(main.core()), bound.get(100));
    }

    @Test
    void childrenOfARankFollowItAndOtherRanksDoNot() {
        Task child = job.started(job.announce(main, 0), 200, 200);
        Task other = job.rank(300);
        become(9);
        assertArrayEquals(new int[] {9}, child.process().cores());
        assertEquals(9, child.core());
        assertArrayEquals(SimulatedJob.CORES, other.process().cores());
        assertEquals(CoreMask.of(SimulatedJob.CORES), other.affinity());
    }

    @Test
    void theReportTellsWhereAThreadWasLast() {
        become(9);
        assertEquals(9, process.history().getFirst().core());
        assertEquals(100, process.history().getFirst().tid());
    }
}
