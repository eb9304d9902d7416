package org.outrigger.host;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.outrigger.abi.Errno;

/** Futexes, robust words and descriptors: what the LWK sleeps on. */
@Timeout(value = 60, unit = SECONDS)
class WaitingTest {
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final int OWNER_DIED = 0x4000_0000;
    private static final int TID_MASK = 0x3fff_ffff;

    private final Syscalls linux = new Syscalls();
    private final MemorySegment word = Arena.global().allocate(64, 8);

    private static double millisecondsOf(Runnable action) {
        long before = System.nanoTime();
        action.run();
        return (System.nanoTime() - before) / 1e6;
    }

    @Test
    void aFutexSleepsForItsTimeAndNoLonger() {
        Futex futex = new Futex(linux);
        double slept = millisecondsOf(() -> futex.await(word.address(), 0, MILLISECONDS.toNanos(50)));
        assertTrue(slept >= 45, () -> slept + " ms");
        long second = SECONDS.toNanos(1);
        double longer = millisecondsOf(() -> futex.await(word.address(), 0, second + MILLISECONDS.toNanos(20)));
        assertTrue(longer >= 1000, () -> longer + " ms");
    }

    @Test
    void aFutexDoesNotSleepOnAnotherValue() {
        word.set(ValueLayout.JAVA_INT, 0, 1);
        double slept = millisecondsOf(() -> new Futex(linux).await(word.address(), 0, SECONDS.toNanos(20)));
        assertTrue(slept < 10_000, () -> slept + " ms");
    }

    @Test
    void aFutexIsWoken() throws InterruptedException {
        Thread sleeper = new Thread(() -> {
            Futex own = new Futex(new Syscalls());
            while ((int) INT.getVolatile(word, 0L) == 0) {
                own.await(word.address(), 0, SECONDS.toNanos(50));
            }
        });
        sleeper.start();
        Thread.sleep(50);
        double waited = millisecondsOf(() -> {
            INT.setVolatile(word, 0L, 1);
            new Futex(linux).wake(word.address());
            try {
                sleeper.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertTrue(waited < 20_000, () -> waited + " ms");
    }

    @Test
    void theEndOfAHolderIsSeen() throws InterruptedException {
        int[] tid = new int[1];
        Thread holder = new Thread(() -> {
            RobustWord.hold(new Syscalls(), word, 8, 16);
            tid[0] = (int) INT.getVolatile(word, 8L);
        });
        holder.start();
        holder.join();
        long given = System.nanoTime();
        while (((int) INT.getVolatile(word, 8L) & OWNER_DIED) == 0) { // Linux marks it after Java has let go of the thread
            assertTrue(System.nanoTime() - given < SECONDS.toNanos(20), "nobody noticed");
            Thread.sleep(1);
        }
        assertTrue(tid[0] > 0 && tid[0] != ProcessHandle.current().pid());
        assertEquals(0, (int) INT.getVolatile(word, 8L) & TID_MASK);
    }

    @Test
    void theEndOfAProcessIsSeen() throws IOException, InterruptedException {
        Descriptors descriptors = new Descriptors(linux);
        Process first = new ProcessBuilder("sleep", "100").start();
        Process second = new ProcessBuilder("sleep", "100").start();
        long key = 0x1234_5678_9abc_def0L;
        descriptors.watch(linux, (int) Descriptors.processDescriptor(linux, (int) first.pid()), 1);
        descriptors.watch(linux, (int) Descriptors.processDescriptor(linux, (int) second.pid()), key);
        second.destroyForcibly();
        assertEquals(key, descriptors.await());
        first.destroyForcibly().waitFor();
        second.waitFor();
        assertEquals(-Errno.ESRCH, Descriptors.processDescriptor(linux, (int) second.pid()));
    }
}
