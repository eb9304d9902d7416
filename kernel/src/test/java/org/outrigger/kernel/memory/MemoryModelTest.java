package org.outrigger.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random programs: what they allocate is theirs alone, zero, and stays as they left it; forked children too. */
class MemoryModelTest {

    private static void run(Application application, int steps) {
        for (int i = 0; i < steps; i++) {
            application.step();
            if (i % 16 == 0) {
                application.check();
            }
        }
        application.settle();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void oneThread(long seed) {
        run(new Application(new SimulatedProcess(new SimulatedKernel(true)), new Random(seed), 0, 1), 3000);
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33, 34, 35})
    void whereLinuxDoesNotTellWhatIsInMemory(long seed) {
        run(new Application(new SimulatedProcess(new SimulatedKernel(true, 0)), new Random(seed), 0, 4), 2000);
    }

    @ParameterizedTest
    @ValueSource(longs = {41, 42, 43, 44, 45})
    void whereOnlySmallPiecesAreLookedAt(long seed) {
        run(new Application(new SimulatedProcess(new SimulatedKernel(true, 300 * SimulatedLinux.PAGE)), new Random(seed), 0, 4),
                2000);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void fourThreadsAtATime(long seed) {
        run(new Application(new SimulatedProcess(new SimulatedKernel(true)), new Random(seed), 0, 4), 4000);
    }

    /** Linux copies the pages at one moment, the LWK its record at another: the parent's other threads go on between them. */
    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24, 25, 26, 27, 28, 29, 30})
    void forksWhileOtherThreadsGoOn(long seed) {
        Random random = new Random(seed);
        Application parent = new Application(new SimulatedProcess(new SimulatedKernel(true)), random, 0, 4);
        run(parent, 300);
        for (int fork = 0; fork < 6; fork++) {
            parent.heapRests(true);
            AddressSpace record = parent.process().space.fork();
            go(parent, random.nextInt(60));
            Application child = parent.fork(record, 10 + fork);
            go(parent, random.nextInt(60));
            parent.process().space.born(record);
            parent.heapRests(false);
            run(child, 400);
            run(parent, 100);
        }
    }

    private static Budget budget(long pages) {
        return new Budget(Limited.plan(pages * SimulatedLinux.PAGE), 1);
    }

    /** Each call is refused if and only if the program would have more than it was given. */
    @ParameterizedTest
    @ValueSource(longs = {51, 52, 53, 54, 55, 56, 57, 58, 59, 60})
    void oneThreadWithALimit(long seed) {
        long pages = seed % 2 == 0 ? 300 : 2000;
        Budget budget = budget(pages);
        Application application = new Application(new SimulatedProcess(new SimulatedKernel(true), budget.rank(0)),
                new Random(seed), 0, 1, pages * SimulatedLinux.PAGE);
        run(application, 3000);
        assertTrue(budget.refusals() > 0);
        assertTrue(budget.peak() <= budget.total());
        application.process().space.commitment().release();
        assertEquals(0, budget.used());
        assertEquals(budget.total(), budget.available());
    }

    @ParameterizedTest
    @ValueSource(longs = {61, 62, 63, 64, 65, 66, 67, 68, 69, 70})
    void fourThreadsWithALimit(long seed) {
        Budget budget = budget(1000);
        Application application = new Application(new SimulatedProcess(new SimulatedKernel(seed % 2 == 0), budget.rank(0)),
                new Random(seed), 0, 4, budget.total());
        run(application, 4000);
        assertTrue(budget.refusals() > 0);
        assertTrue(budget.peak() <= budget.total(), () -> budget.peak() + " of " + budget.total());
    }

    /** With pages from a pool, of which there are not always enough, and which Linux treats only whole. */
    @Test
    void pagesFromAPool() {
        long taken = 0; // not by each program: some allocate no large pieces
        for (long seed = 51; seed <= 62; seed++) {
            SimulatedKernel kernel = new SimulatedKernel(true, seed % 2 == 0 ? 0 : Long.MAX_VALUE, 40, MemoryPlan.DEFAULT);
            run(new Application(new SimulatedProcess(kernel), new Random(seed), 0, 4), 3000);
            taken += kernel.pool().taken();
        }
        assertTrue(taken > 0, "nothing came from the pool");
    }

    /** What a page from a pool holds beside the program's pieces is nobody's, and does not count. */
    @Test
    void pagesFromAPoolWithALimit() {
        long taken = 0;
        for (long seed = 71; seed <= 80; seed++) {
            Budget budget = budget(3000);
            SimulatedKernel kernel = new SimulatedKernel(true, seed % 2 == 0 ? 0 : Long.MAX_VALUE, 40, MemoryPlan.DEFAULT);
            run(new Application(new SimulatedProcess(kernel, budget.rank(0)), new Random(seed), 0, seed < 75 ? 1 : 4,
                    budget.total()), 3000);
            assertTrue(budget.peak() <= budget.total(), () -> budget.peak() + " of " + budget.total());
            taken += kernel.pool().taken();
        }
        assertTrue(taken > 0, "nothing came from the pool");
    }

    @ParameterizedTest
    @ValueSource(longs = {61, 62, 63, 64, 65, 66})
    void forksOfWhatHasPagesFromAPool(long seed) {
        Random random = new Random(seed);
        SimulatedKernel kernel = new SimulatedKernel(true, Long.MAX_VALUE, 200, MemoryPlan.DEFAULT);
        Application parent = new Application(new SimulatedProcess(kernel), random, 0, 4);
        run(parent, 600);
        for (int fork = 0; fork < 3; fork++) {
            parent.heapRests(true);
            parent.process().prepareFork(20);
            AddressSpace record = parent.process().space.fork();
            go(parent, random.nextInt(60));
            Application child = parent.fork(record, 10 + fork);
            go(parent, random.nextInt(60));
            parent.process().space.born(record);
            parent.heapRests(false);
            run(child, 400);
            run(parent, 100);
        }
    }

    private static void go(Application application, int steps) {
        for (int i = 0; i < steps; i++) {
            application.step();
        }
    }
}
