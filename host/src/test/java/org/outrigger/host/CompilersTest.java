package org.outrigger.host;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CompilersTest {
    /** By the time that a test runs the JVM has compiled something, and not used more for that than for everything. */
    @Test
    void theirTimeIsKnown() {
        Compilers compilers = new Compilers(new Syscalls());
        long used = compilers.nanoseconds();
        long all = ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(Long.MAX_VALUE);
        long grain = 20_000_000;
        assertTrue(used > 0 && used <= all + grain, () -> used + " ns of " + all);
        assertTrue(compilers.nanoseconds() >= used);
    }
}
