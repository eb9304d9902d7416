package org.outrigger.kernel.report;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.outrigger.kernel.triage.Disposition;

/** Reports to test with. */
final class Sample {

    private static final double TICKS_PER_NANOSECOND = 2;

    private Sample() { }

    /** A report in which everything there is occurs at least once. */
    static JobReport full() {
        JobFacts job = new JobFacts("0.1.0", List.of("/bin/sh", "-c", "sort file | uniq; echo 'done'\n"),
                Instant.parse("2026-03-01T12:00:00.250Z"), 1_234_567_890L, 139, 2, "1-3", "0", InterceptMode.AUTO,
                "6.12.0", 4711, 84_000_000,
                List.of(new LoopRow(0, "0", LoopRow.Policy.FIFO, "", 1200),
                        new LoopRow(1, "4", LoopRow.Policy.NICE, "SCHED_FIFO is not permitted", 7)),
                new RealTimePriority.Obtained(10), false, "hpc", List.of(new JobFacts.Change(1_200_000_000L, "cores 2-3")));
        List<CallRow> calls = List.of(
                call(9, "mmap", Disposition.LWK, Interception.PATCHED, 1, 300),
                call(39, "getpid", Disposition.LWK, Interception.PATCHED, 1000, 160),
                call(39, "getpid", Disposition.LWK, Interception.TRAPPED, 2, 2500),
                call(40, "sendfile", Disposition.HERE, Interception.TRAPPED, 0, 0),
                new CallRow(231, "exit_group", Disposition.HERE, Interception.PATCHED, 1, 0,
                        LatencyHistogram.of(0, i -> 0, TICKS_PER_NANOSECOND)));
        List<ProcessRow> processes = List.of(
                new ProcessRow(4712, 4710, "/bin/sh -c sort", 0, OptionalLong.of(1_200_000_000L), new ProcessEnd.Killed(11),
                        List.of(new ThreadRow(4712, 1, 0)), 321, 0),
                new ProcessRow(4713, 4712, "sort\nfile", 2_500_000, OptionalLong.of(900_000_000L), new ProcessEnd.Exited(3),
                        List.of(new ThreadRow(4713, 2, 2_500_000), new ThreadRow(4714, 3, 2_600_000),
                                new ThreadRow(4715, 1, 2_700_000)), 1200, 4),
                new ProcessRow(4716, 4712, "daemon", 5_000_000, OptionalLong.empty(), new ProcessEnd.HandedToLinux(),
                        List.of(new ThreadRow(4716, -1, 5_000_000)), JobReport.UNKNOWN, JobReport.UNKNOWN),
                new ProcessRow(4717, 4712, "uniq", 6_000_000, OptionalLong.empty(), new ProcessEnd.Unknown(),
                        List.of(), JobReport.UNKNOWN, JobReport.UNKNOWN));
        MemoryFacts memory = new MemoryFacts(1L << 30, 50 << 20, 3,
                List.of(new MemoryFacts.PageUse(4096, 300 << 10), new MemoryFacts.PageUse(2 << 20, 48 << 20)),
                1_310_720, 1521, 4, 77);
        List<SiteRow> sites = List.of(
                new SiteRow("[anonymous]", 0x7f0000001000L, "", 0, 39, "getpid", 1, "not in a file"),
                new SiteRow("/usr/lib/libc.so.6", 0x11a2c4, "getpid", 5, 39, "getpid", 2,
                        "called before the process was patched"));
        MemoryLimit limit = new MemoryLimit(4L << 30, 1 << 20, 3L << 30, 2 << 20, 5 << 20, 7, 2L << 30, 4713,
                List.of(new MemoryLimit.Rank(1L << 30, 0, 2L << 30, 0), new MemoryLimit.Rank(0, 1 << 20, 1L << 30, 2 << 20)),
                List.of(new MemoryLimit.Holder(4713, "sort\nfile", 0, 0, 2L << 30, 1L << 30, 512 << 20, 256 << 20, 256 << 20),
                        new MemoryLimit.Holder(4716, "daemon", 1, 1 << 20, 1L << 30, 1L << 30, 0, 0, 0)));
        return new JobReport(job, calls, sites, 3, processes, memory, Optional.of(limit),
                List.of(new LeftToLinux(4718, "/usr/bin/sudo", "set-user-id program")),
                List.of("the last note"));
    }

    /** The report of a job of which nothing is known but that it was. */
    static JobReport empty() {
        JobFacts job = new JobFacts("0.1.0", List.of("true"), Instant.EPOCH, 0, 0, 1, "0", "0", InterceptMode.TRAP, "6.12.0",
                1, JobReport.UNKNOWN, List.of(), new RealTimePriority.Without("not permitted"), true);
        MemoryFacts memory = new MemoryFacts(0, 0, 0, List.of(), 0, JobReport.UNKNOWN, JobReport.UNKNOWN, 0);
        return new JobReport(job, List.of(), List.of(), 0, List.of(), memory, Optional.empty(), List.of(), List.of());
    }

    private static CallRow call(int number, String name, Disposition disposition, Interception interception, long count,
            long ticks) {
        long[] buckets = new long[LatencyBuckets.COUNT];
        buckets[LatencyBuckets.indexOf(ticks)] = count;
        return CallRow.ofCounters(number, name, disposition, interception, count, ticks, i -> buckets[i],
                TICKS_PER_NANOSECOND);
    }
}
