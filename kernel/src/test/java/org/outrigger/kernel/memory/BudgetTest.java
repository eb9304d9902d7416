package org.outrigger.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.outrigger.kernel.loop.Pending;

/** What a job has, by its own calls and by those of many threads. */
class BudgetTest {
    private static final Residency NOBODY_LIVES = new Residency() {
        @Override
        public int open(int pid) {
            return -1;
        }

        @Override
        public long reach() {
            return 0;
        }

        @Override
        public int look(int descriptor, long start, long end, long[] found) {
            return -1;
        }

        @Override
        public boolean ended(int pid) {
            return true;
        }

        @Override
        public void close(int descriptor) {
        }
    };

    @Test
    void allIsCommonWithoutGuarantees() {
        Budget budget = new Budget(Limited.plan(100), 2);
        assertTrue(budget.rank(0).charge(60));
        assertFalse(budget.rank(1).charge(41), "all or nothing");
        assertTrue(budget.rank(1).charge(40));
        assertFalse(budget.rank(0).charge(1));
        assertEquals(0, budget.available());
        budget.rank(0).uncharge(60);
        assertTrue(budget.rank(1).charge(60), "what one gave back another gets");
        assertEquals(List.of(0L, 60L, 100L, 100L), List.of(budget.rank(0).used(), budget.rank(0).peak(), budget.rank(1).used(),
                budget.peak()));
    }

    @Test
    void whatIsSetAsideIsNobodyElses() {
        Budget budget = new Budget(Limited.plan(100, 50, 20), 2);
        assertEquals(30, budget.available());
        assertTrue(budget.rank(1).charge(50), "its own 20 and the common 30");
        assertFalse(budget.rank(1).charge(1));
        assertTrue(budget.rank(0).charge(50));
        assertEquals(0, budget.rank(0).left());
        budget.rank(1).uncharge(10);
        assertTrue(budget.rank(0).charge(10));
        assertEquals(100, budget.used());
    }

    /** Else a rank would lose its guarantee to the others by starting up. */
    @Test
    void aRankThatFreesAndAllocatesKeepsItsGuarantee() {
        Budget budget = new Budget(Limited.plan(100, 50, 20), 2);
        for (int i = 0; i < 10; i++) {
            assertTrue(budget.rank(0).charge(45));
            budget.rank(0).uncharge(45);
        }
        assertEquals(List.of(5L, 45L), List.of(budget.rank(0).left(), budget.rank(0).returned()));
        assertTrue(budget.rank(1).charge(50));
        assertTrue(budget.rank(0).charge(50));
        budget.rank(0).uncharge(50);
        assertTrue(budget.rank(1).charge(50), "who gave back all of it gave it to all");
        assertFalse(budget.rank(0).charge(1));
        budget.rank(1).uncharge(60);
        assertTrue(budget.rank(0).charge(60));
    }

    /** Who asks may know of the end of another process before, while or after the main loop gives back what it had. */
    @Test
    void whatTheEndedHadIsThereForWhoKnows() throws InterruptedException {
        for (int turn = 0; turn < 2000; turn++) {
            Budget budget = new Budget(Limited.plan(100), 1);
            Commitment ended = new Commitment(budget.rank(0));
            ended.owner(7);
            assertTrue(ended.reserve(new Pending(), 60));
            Thread main = Thread.ofPlatform().start(ended::release);
            Commitment next = new Commitment(budget.rank(0));
            if (!next.reserve(new Pending(), 60)) {
                budget.reap(NOBODY_LIVES);
                assertTrue(next.reserve(new Pending(), 60), "turn " + turn);
            }
            main.join();
            assertEquals(60, budget.used());
        }
    }

    @Test
    void whatIsBeyondTheGuaranteeIsGivenBackFirst() {
        Budget budget = new Budget(Limited.plan(100, 50), 2);
        assertTrue(budget.rank(0).charge(80));
        budget.rank(0).uncharge(40);
        assertEquals(10, budget.rank(0).returned());
        assertEquals(60, budget.available());
        assertTrue(budget.rank(1).charge(50));
        assertEquals(10, budget.rank(0).returned(), "the common room comes first");
        assertFalse(budget.rank(1).charge(11));
        assertEquals(10, budget.rank(0).returned());
        assertTrue(budget.rank(1).charge(10));
    }

    @Test
    void aRankThatEndsLeavesItsGuaranteeToAll() {
        Budget budget = new Budget(Limited.plan(100, 50, 20), 2);
        assertTrue(budget.rank(0).charge(10));
        budget.rank(0).end();
        assertEquals(70, budget.available(), "its 40 that it had not used");
        assertTrue(budget.rank(1).charge(90));
        assertFalse(budget.rank(0).charge(1), "a child that it left behind");
        budget.rank(0).uncharge(10);
        assertTrue(budget.rank(0).charge(1));
        assertEquals(0, budget.rank(0).returned());
    }

    @Test
    void whatCannotBeRefusedOverdraws() {
        Budget budget = new Budget(Limited.plan(100), 1);
        budget.rank(0).force(130);
        assertEquals(30, budget.overdrawn());
        assertEquals(0, budget.available());
        assertFalse(budget.rank(0).charge(1));
        assertTrue(budget.rank(0).charge(0));
        budget.rank(0).uncharge(40);
        assertEquals(10, budget.available());
        assertEquals(0, budget.overdrawn());
    }

    @Test
    void sharedByNameIsTheJobs() {
        Budget budget = new Budget(Limited.plan(100, 60), 1);
        assertFalse(budget.charge(41), "the rank's is set aside");
        assertTrue(budget.charge(40));
        assertEquals(40, budget.named().used());
        budget.uncharge(40);
        assertEquals(40, budget.available());
    }

    @Test
    void keptPagesGoWhenTheRoomIsNeeded() {
        Budget budget = new Budget(Limited.plan(100), 1);
        budget.rank(0).inKeeping(60);
        assertTrue(budget.rank(0).charge(40));
        assertFalse(budget.pressed());
        assertTrue(budget.rank(0).charge(1), "what is kept is no obstacle");
        assertTrue(budget.pressed());
        budget.rank(0).inKeeping(-60);
        assertFalse(budget.pressed());
    }

    @Test
    void aLimitThatIsRaisedIsForAll() {
        Budget budget = new Budget(Limited.plan(100, 50, 20), 2);
        assertFalse(budget.rank(1).charge(60));
        assertEquals(150, budget.resize(150));
        assertTrue(budget.rank(1).charge(60));
        assertEquals(150, budget.total());
    }

    @Test
    void aLimitIsNotLoweredBelowWhatIsInUseOrSetAside() {
        Budget budget = new Budget(Limited.plan(100, 50, 20), 2);
        assertTrue(budget.rank(1).charge(30));
        assertEquals(80, budget.resize(10), "50 and 20 are set aside, 10 more in use");
        assertFalse(budget.rank(1).charge(1));
        assertTrue(budget.rank(0).charge(50));
        budget.rank(0).uncharge(50);
        assertEquals(30, budget.resize(10), "what a rank has given back may go");
        assertEquals(0, budget.available());
        assertEquals(60, budget.resize(60));
        assertEquals(30, budget.available());
    }

    @Test
    void whatIsOverdrawnIsPaidFirst() {
        Budget budget = new Budget(Limited.plan(100), 1);
        budget.rank(0).force(130);
        assertEquals(100, budget.resize(50));
        assertEquals(140, budget.resize(140));
        assertEquals(10, budget.available());
    }

    @Test
    void manyThreadsNeverHaveMoreThanThereIs() throws InterruptedException {
        Budget budget = new Budget(Limited.plan(1000, 200, 100, 0), 3);
        List<Throwable> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Account account = budget.rank(i % 3);
            Random random = new Random(i);
            Thread thread = new Thread(() -> {
                long mine = 0;
                for (int step = 0; step < 100_000; step++) {
                    long bytes = random.nextInt(200);
                    if (random.nextBoolean() && account.charge(bytes)) {
                        mine += bytes;
                    } else if (mine > 0) {
                        long part = 1 + random.nextLong(mine);
                        account.uncharge(part);
                        mine -= part;
                    }
                }
                account.uncharge(mine);
            });
            thread.setUncaughtExceptionHandler((its, failure) -> failures.add(failure));
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), failures);
        assertTrue(budget.peak() <= 1000, () -> "peak " + budget.peak());
        assertEquals(0, budget.used());
        for (int rank = 0; rank < 3; rank++) {
            assertEquals(0, budget.rank(rank).used());
            budget.rank(rank).end();
        }
        assertEquals(1000, budget.available());
    }
}
