package org.outrigger.kernel.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.outrigger.abi.Nr;
import org.outrigger.host.Scheduling;
import org.outrigger.host.Syscalls;

/** A loop of its own thread, with compilers that work when the test says so. */
class PaceTest {
    private static final long SCHED_FIFO = 1;
    private static final long RESET_ON_FORK = 0x40000000;
    private static final long LONG_NS = 20_000_000_000L;
    private static final long TURN_NS = 2_000_000;

    private final ExecutorService loop = Executors.newSingleThreadExecutor();
    private final Syscalls linux = new Syscalls();
    private final Scheduling scheduling = new Scheduling(linux);
    private boolean working;
    private long used;

    @AfterEach
    void end() {
        loop.shutdown();
    }

    private <T> T inLoop(Callable<T> action) throws Exception {
        return loop.submit(action).get();
    }

    private Pace pace() {
        return new Pace(scheduling, () -> working ? used += TURN_NS : used, Pace.Priority.FIFO, "");
    }

    private boolean inRealTime() {
        return (linux.call(Nr.SCHED_GETSCHEDULER, 0, 0, 0) & ~RESET_ON_FORK) == SCHED_FIFO;
    }

    private boolean permitted() {
        boolean is = scheduling.fifo(Pace.FIFO_PRIORITY) == 0;
        scheduling.ordinary();
        return is;
    }

    /** Turns of the loop until something is so. */
    private boolean turnUntil(Pace pace, BooleanSupplier met) {
        long end = System.nanoTime() + LONG_NS;
        while (!met.getAsBoolean() && System.nanoTime() < end) {
            pace.running();
            scheduling.sleep(TURN_NS / 2);
        }
        return met.getAsBoolean();
    }

    @Test
    void noPriorityWhileCompilersWork() throws Exception {
        working = true;
        long begun = System.nanoTime();
        inLoop(() -> {
            Pace pace = pace();
            turnUntil(pace, () -> System.nanoTime() - begun > 1_500_000_000L);
            assertFalse(inRealTime());
            assertEquals(Pace.Priority.NONE, pace.got());
            assertTrue(pace.refusal().contains("compilers were never done"), pace.refusal());
            return 0;
        });
    }

    @Test
    void realTimeIsGivenBackWhileTheyWork() throws Exception {
        assumeTrue(inLoop(this::permitted), "SCHED_FIFO is not permitted");
        inLoop(() -> {
            Pace pace = pace();
            assertTrue(turnUntil(pace, this::inRealTime), "never in real time");
            working = true;
            assertTrue(turnUntil(pace, () -> !inRealTime()), "after a rest");
            working = false;
            assertTrue(turnUntil(pace, this::inRealTime), "never again in real time");
            working = true;
            pace.slept();
            assertFalse(inRealTime(), "after a sleep");
            assertEquals(Pace.Priority.FIFO, pace.got());
            assertEquals("", pace.refusal());
            scheduling.ordinary();
            return 0;
        });
    }
}
