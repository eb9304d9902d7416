package org.outrigger.kernel.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.outrigger.abi.CloneFlags;
import org.outrigger.abi.Errno;
import org.outrigger.corert.Layout;

/** Births and deaths in the orders in which their news can arrive. */
class LifecycleTest {
    private static final long THREAD = CloneFlags.CLONE_VM | CloneFlags.CLONE_THREAD;
    private static final long FORK = 0;
    private static final long VFORK = CloneFlags.CLONE_VM | CloneFlags.CLONE_VFORK;

    private final SimulatedJob job = new SimulatedJob();
    private final Task main = job.rank(100);

    private void assertDeserted() {
        assertTrue(job.tasks.running().isEmpty());
        assertEquals(0, job.slotsTaken(), "slots leak");
        for (int core : SimulatedJob.CORES) {
            assertEquals(0, job.placement.load(core));
        }
    }

    @Test
    void threadsSpreadOverTheCores() {
        for (int i = 0; i < 5; i++) {
            int slot = job.announce(main, THREAD);
            Task thread = job.started(slot, 100, 101 + i);
            assertSame(main.process(), thread.process());
            assertEquals(thread.core() + 1, job.cpu(slot));
            assertSame(thread, job.tasks.byTid(101 + i));
        }
        for (int core : SimulatedJob.CORES) {
            assertEquals(2, job.placement.load(core));
        }
        assertEquals(6, job.tasks.mostThreads());
        job.exit(job.tasks.byTid(103));
        assertEquals(5, job.slotsTaken());
        job.lifecycle.ended(100);
        assertDeserted();
        assertEquals(6, job.tasks.threadCount());
    }

    @Test
    void aThreadThatChoseItsCoresHandsThemOn() {
        main.affinity().set(CoreMask.of(2));
        int slot = job.announce(main, THREAD);
        assertEquals(0, job.cpu(slot), "where its parent runs");
        assertEquals(CoreMask.of(2), job.started(slot, 100, 101).affinity());
    }

    @Test
    void aForkedChildHasItsOwnSpace() {
        int slot = job.announce(main, FORK);
        Task child = job.started(slot, 200, 200);
        job.cloned(main, slot, 200);
        assertNotSame(main.process().space(), child.process().space());
        assertEquals(100, child.process().parent());
        assertEquals(List.of(200), job.watched);
        assertEquals(2, job.tasks.processCount());
        job.lifecycle.ended(100);
        assertSame(child, job.tasks.task(slot), "a child outlives its parent");
        job.lifecycle.ended(200);
        assertDeserted();
    }

    @Test
    void aVforkChildSharesItsParents() {
        int slot = job.announce(main, VFORK);
        assertSame(main.process().space(), job.started(slot, 200, 200).process().space());
    }

    @Test
    void theParentMayReportFirst() {
        int slot = job.announce(main, FORK);
        job.cloned(main, slot, 200);
        assertNotNull(job.tasks.process(200));
        assertNull(job.tasks.task(slot));
        assertEquals(200, job.started(slot, 200, 200).process().pid());
        assertEquals(List.of(200), job.watched, "watched once");
        job.lifecycle.ended(200);
        job.lifecycle.ended(100);
        assertDeserted();
    }

    @Test
    void aChildMayEndBeforeItStarts() {
        int slot = job.announce(main, FORK);
        job.cloned(main, slot, 200);
        job.lifecycle.ended(200);
        assertFalse(job.taken(slot));
        job.lifecycle.ended(100);
        assertDeserted();
    }

    @Test
    void aFailedCloneIsForgotten() {
        int slot = job.announce(main, FORK);
        job.cloned(main, slot, -Errno.EAGAIN);
        job.free(slot); // as the runtime does
        assertNull(job.started(slot, 200, 200), "nobody is expected there any more");
        job.lifecycle.ended(100);
        assertDeserted();
    }

    @Test
    void aThreadThatNeverStartedDiesWithItsProcess() {
        job.announce(main, THREAD);
        job.announce(main, THREAD);
        job.lifecycle.ended(100);
        assertDeserted();
    }

    /** The parent is killed after its fork, before it could report it: the child must not lose its slot to somebody else. */
    @Test
    void aChildWhoseParentDiedUnheardKeepsItsSlot() {
        int slot = job.announce(main, FORK);
        job.lifecycle.ended(100);
        assertTrue(job.taken(slot));
        Task child = job.started(slot, 200, 200);
        assertEquals(200, child.process().pid());
        job.lifecycle.ended(200);
        assertDeserted();
    }

    @Test
    void strangersAndBadSlotsAreTurnedAway() {
        for (long slot : new long[] {-1, Layout.SLOTS, Long.MAX_VALUE, main.slot()}) {
            job.announce(main, FORK, slot);
            assertEquals(Layout.RE_PLAIN, job.kind(main.slot()), () -> "slot " + slot);
        }
        job.announce(main, CloneFlags.CLONE_NEWPID, 9);
        assertEquals(Layout.RE_PLAIN, job.kind(main.slot()));
        assertNull(job.started(4000, 666, 666));
        assertNull(job.tasks.process(666));
        int slot = job.announce(main, FORK);
        Task other = job.rank(300);
        job.cloned(other, slot, -Errno.EAGAIN);
        assertNotNull(job.started(slot, 200, 200), "only its parent speaks for a child");
    }

    @Test
    void execByTheMainThreadEndsTheOthers() {
        for (int tid = 101; tid < 104; tid++) {
            job.started(job.announce(main, THREAD), 100, tid);
        }
        int unborn = job.announce(main, THREAD);
        LwkProcess process = job.execed(main.slot(), 100, 0x5000);
        assertSame(main.process(), process);
        assertEquals(List.of(main), process.tasks());
        assertTrue(job.taken(main.slot()));
        assertNull(job.tasks.byTid(102));
        job.lifecycle.ended(100);
        assertFalse(job.taken(unborn));
        assertDeserted();
    }

    @Test
    void execByAnotherThreadTakesTheMainThreadsNumber() {
        int slot = job.announce(main, THREAD);
        job.started(slot, 100, 101);
        LwkProcess process = job.execed(slot, 100, 0x5000);
        assertEquals(1, process.tasks().size());
        assertEquals(slot, job.tasks.byTid(100).slot());
        assertNull(job.tasks.byTid(101));
        assertEquals(1, job.slotsTaken());
        job.lifecycle.ended(100);
        assertDeserted();
    }

    @Test
    void anEndIsHeardOnce() {
        job.lifecycle.ended(100);
        job.lifecycle.ended(100);
        job.lifecycle.ended(4711);
        assertEquals(1, job.tasks.ended().size());
        assertEquals(7, job.tasks.ended().getFirst().ended());
    }
}
