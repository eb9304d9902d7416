package org.outrigger.kernel.boot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.outrigger.kernel.loop.Pace;
import org.outrigger.kernel.memory.MemoryPlan;
import org.outrigger.kernel.memory.PageSize;
import org.outrigger.kernel.memory.PoolShare;

class JobRequestTest {

    private static JobRequest job(int cores, int ranks, Optional<Path> report) {
        int[] lwk = new int[cores];
        for (int i = 0; i < cores; i++) {
            lwk[i] = 10 + i;
        }
        return new JobRequest(List.of("x"), 0, "x", lwk, new int[] {0}, false, ranks, true, false, 1, Pace.Priority.FIFO, false,
                MemoryPlan.DEFAULT,
                Intercept.AUTO, Optional.empty(), report, true, 0, List.of());
    }

    @Test
    void ranksGetContiguousSharesOfEveryCore() {
        for (int cores = 1; cores <= 12; cores++) {
            for (int ranks = 1; ranks <= cores; ranks++) {
                JobRequest job = job(cores, ranks, Optional.empty());
                assertFalse(job.coresOversubscribed());
                int next = 10;
                for (int rank = 0; rank < ranks; rank++) {
                    int[] share = job.coresOfRank(rank);
                    assertTrue(share.length == cores / ranks || share.length == cores / ranks + 1);
                    for (int cpu : share) {
                        assertEquals(next++, cpu);
                    }
                }
                assertEquals(10 + cores, next);
            }
        }
    }

    @Test
    void moreRanksThanCoresAreDealtRoundRobin() {
        JobRequest job = job(2, 5, Optional.empty());
        assertTrue(job.coresOversubscribed());
        assertArrayEquals(new int[] {10}, job.coresOfRank(0));
        assertArrayEquals(new int[] {11}, job.coresOfRank(1));
        assertArrayEquals(new int[] {10}, job.coresOfRank(4));
        assertThrows(IndexOutOfBoundsException.class, () -> job.coresOfRank(5));
    }

    @Test
    void theNameOfTheReportDecidesItsForm() {
        assertTrue(job(1, 1, Optional.of(Path.of("a/b.json"))).jsonReport());
        assertFalse(job(1, 1, Optional.of(Path.of("a/b.txt"))).jsonReport());
        assertFalse(job(1, 1, Optional.empty()).jsonReport());
    }

    @Test
    void refusesWhatNoCallerMayAsk() {
        assertThrows(IllegalArgumentException.class, () -> job(0, 1, Optional.empty()));
        assertThrows(IllegalArgumentException.class, () -> job(1, 0, Optional.empty()));
    }

    @Test
    void aSeatSaysWhatTheJobHas() {
        JobRequest plain = job(2, 1, Optional.empty());
        assertTrue(plain.seat().isEmpty() && plain.heldBack().isEmpty());
        PoolShare share = new PoolShare(0, 2 << 20, 3);
        assertEquals(List.of(share), plain.leaving(List.of(share)).heldBack());
        Seat seat = new Seat("hpc", List.of(Path.of("/g/cgroup.procs")), true, List.of(share), Seat.Link.NONE);
        JobRequest seated = plain.seated(seat);
        assertEquals("hpc", seated.seat().orElseThrow().partition());
        assertEquals(PageSize.SMALL, seated.memory().heapPages(), "no transparent huge pages");
        assertEquals(PageSize.GIGANTIC, seated.memory().pages(), "but those of the pools");
        assertArrayEquals(plain.lwkCores(), seated.lwkCores());
        assertThrows(IllegalArgumentException.class, () -> new Seat(" ", List.of(), false, List.of(), Seat.Link.NONE));
        List<Path> many = Collections.nCopies(Seat.MOST_MEMBERS + 1, Path.of("/g"));
        assertThrows(IllegalArgumentException.class, () -> new Seat("x", many, false, List.of(), Seat.Link.NONE));
    }
}
