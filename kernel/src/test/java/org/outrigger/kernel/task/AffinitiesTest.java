package org.outrigger.kernel.task;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;

class AffinitiesTest {
    private final SimulatedJob job = new SimulatedJob();
    private final Task task = job.rank(100);
    private final int slot = task.slot();

    @Test
    void aThreadSeesTheCoresOfItsRank() {
        job.affinities.get(task, job.request(slot, 0));
        assertEquals(Layout.RE_DONE, job.kind(slot));
        assertEquals(1 << 2 | 1 << 3 | 1 << 5, job.mask(slot, 0));
        assertEquals(0, job.mask(slot, 1));
    }

    @Test
    void othersThreadsAreLinuxs() {
        job.affinities.get(task, job.request(slot, 4711));
        assertEquals(Layout.RE_HERE, job.kind(slot));
        job.affinities.set(task, job.request(slot, 4711));
        assertEquals(Layout.RE_HERE, job.kind(slot));
    }

    @Test
    void aThreadIsConfinedToItsRanksCoresAndMoves() {
        job.mask(slot, CoreMask.of(0, 1, 3, 700));
        job.affinities.set(task, job.request(slot, 0));
        assertEquals(Layout.RE_DO, job.kind(slot));
        assertEquals(Nr.SCHED_SETAFFINITY, job.value(slot));
        assertEquals(1 << 3, job.mask(slot, 0), "what Linux is told");
        assertEquals(2, task.core());
        task.pending().take().resume(slot, task.pending(), 0);
        assertEquals(Layout.RE_DONE, job.kind(slot));
        assertEquals(3, task.core());
        assertEquals(CoreMask.of(3), task.affinity());
        assertEquals(0, job.placement.load(2));
        assertEquals(1, job.placement.load(3));
    }

    @Test
    void aRefusalOfLinuxChangesNothing() {
        job.mask(slot, CoreMask.of(5));
        job.affinities.set(task, job.request(slot, 0));
        task.pending().take().resume(slot, task.pending(), -Errno.EPERM);
        assertEquals(-Errno.EPERM, job.value(slot));
        assertEquals(2, task.core());
        assertEquals(CoreMask.of(SimulatedJob.CORES), task.affinity());
    }

    @Test
    void noCoreOfItsRankIsAnError() {
        job.mask(slot, CoreMask.of(0, 1));
        job.affinities.set(task, job.request(slot, 0));
        assertEquals(-Errno.EINVAL, job.value(slot));
    }

    @Test
    void yieldingAloneIsNoCall() {
        job.disposition(Nr.SCHED_YIELD, Layout.DISP_LWK);
        job.affinities.relinquish(task);
        assertEquals(Layout.RE_DONE, job.kind(slot));
        assertEquals(Layout.DISP_LWK, job.disposition(Nr.SCHED_YIELD));
        job.placement.add(task.core());
        job.affinities.relinquish(task);
        assertEquals(Layout.RE_HERE, job.kind(slot));
        assertEquals(Layout.DISP_HERE, job.disposition(Nr.SCHED_YIELD), "from now on Linux is asked first");
    }
}
