package org.outrigger.kernel.boot;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.outrigger.abi.WaitStatus;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Pace;
import org.outrigger.kernel.memory.AddressSpace;
import org.outrigger.kernel.memory.PageSize;
import org.outrigger.kernel.memory.Shortfall;
import org.outrigger.kernel.report.CallRow;
import org.outrigger.kernel.report.InterceptMode;
import org.outrigger.kernel.report.Interception;
import org.outrigger.kernel.report.JobFacts;
import org.outrigger.kernel.report.JobReport;
import org.outrigger.kernel.report.LoopRow;
import org.outrigger.kernel.report.MemoryFacts;
import org.outrigger.kernel.report.ProcessEnd;
import org.outrigger.kernel.report.ProcessRow;
import org.outrigger.kernel.report.RealTimePriority;
import org.outrigger.kernel.report.ThreadRow;
import org.outrigger.kernel.task.LwkProcess;
import org.outrigger.kernel.triage.TriageLine;
import org.outrigger.kernel.triage.TriageTable;

/** Gathers a job's report from what the LWK knows and what the runtime counted. */
final class ReportBuilder {
    private static final long PAGE = 4096;
    private static final long HUGE = 2L << 20;

    private final Job job;
    private final TriageTable table;
    private final String version;

    ReportBuilder(Job job, TriageTable table, String version) {
        this.job = job;
        this.table = table;
        this.version = version;
    }

    JobReport build() {
        List<LwkProcess> all = new ArrayList<>(job.tasks().ended());
        all.addAll(job.tasks().running());
        TrapSites sites = job.sites();
        SiteRows rows = new SiteRows(job.siteCache(), table, job.request().intercept() == Intercept.AUTO);
        return new JobReport(facts(), calls(), rows.of(sites.counts()), sites.missed(), processes(all), memory(all),
                job.budget().map(budget -> LimitFacts.of(budget, all)), job.lwk().left(), notes(all));
    }

    private JobFacts facts() {
        JobRequest request = job.request();
        return new JobFacts(version, request.command(), Instant.now().minusNanos(job.elapsed()), job.elapsed(), job.exitStatus(),
                request.ranks(), list(job.running().cores()), list(request.linuxCores()),
                InterceptMode.valueOf(request.intercept().name()), job.files().text("/proc/sys/kernel/osrelease").strip(),
                ProcessHandle.current().pid(), residentPeak(), loops(), priority(), request.sharedCore(),
                request.seat().map(Seat::partition).orElse(""), job.running().changes());
    }

    private List<LoopRow> loops() {
        List<LoopRow> rows = new ArrayList<>();
        for (KernelLoops.Loop loop : job.loops().all()) {
            LoopRow.Policy policy = switch (loop.pace().got()) {
                case FIFO -> LoopRow.Policy.FIFO;
                case NICE -> LoopRow.Policy.NICE;
                case NONE -> LoopRow.Policy.ORDINARY;
            };
            rows.add(new LoopRow(loop.number, list(loop.cores), policy, loop.pace().refusal(), loop.requests()));
        }
        return rows;
    }

    private RealTimePriority priority() {
        for (LoopRow loop : loops()) {
            if (loop.policy() != LoopRow.Policy.FIFO) {
                return new RealTimePriority.Without(loop.refusal().isEmpty() ? "not asked for" : loop.refusal());
            }
        }
        return new RealTimePriority.Obtained(Pace.FIFO_PRIORITY);
    }

    private long residentPeak() {
        for (String line : job.files().text("/proc/self/status").split("\n")) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.substring(6, line.indexOf('k')).strip()) * 1024;
            }
        }
        return JobReport.UNKNOWN;
    }

    static String list(int[] cores) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < cores.length; i++) {
            int first = i;
            while (i + 1 < cores.length && cores[i + 1] == cores[i] + 1) {
                i++;
            }
            text.append(text.isEmpty() ? "" : ",").append(cores[first]);
            if (i > first) {
                text.append('-').append(cores[i]);
            }
        }
        return text.toString();
    }

    private List<CallRow> calls() {
        List<CallRow> rows = new ArrayList<>();
        MemorySegment memory = job.memory().memory();
        for (int nr = 0; nr < Layout.NR_MAX; nr++) {
            for (Interception way : Interception.values()) {
                long at = Layout.STATS + (nr * Layout.WAYS + way.ordinal()) * Layout.STAT_SIZE;
                long count = memory.get(ValueLayout.JAVA_LONG, at + Layout.STAT_COUNT);
                if (count != 0) {
                    TriageLine line = table.line(nr);
                    rows.add(CallRow.ofCounters(nr, line.name(), line.disposition(), way, count,
                            memory.get(ValueLayout.JAVA_LONG, at + Layout.STAT_MAX),
                            index -> Integer.toUnsignedLong(
                                    memory.get(ValueLayout.JAVA_INT, at + Layout.STAT_BUCKET + index * 4L)),
                            job.ticksPerNanosecond()));
                }
            }
        }
        return rows;
    }

    private static List<ProcessRow> processes(List<LwkProcess> all) {
        List<ProcessRow> rows = new ArrayList<>();
        for (LwkProcess process : all) {
            List<ThreadRow> threads = new ArrayList<>();
            for (LwkProcess.ThreadRecord thread : process.history()) {
                threads.add(new ThreadRow(thread.tid(), thread.core(), thread.started()));
            }
            rows.add(new ProcessRow(process.pid(), process.parent(), process.program(), process.started(),
                    process.ended() < 0 ? OptionalLong.empty() : OptionalLong.of(process.ended()), end(process), threads,
                    process.sample().minorFaults(), process.sample().majorFaults()));
        }
        return rows;
    }

    private static ProcessEnd end(LwkProcess process) {
        if (process.ended() < 0) {
            return new ProcessEnd.HandedToLinux();
        }
        if (process.waitStatus() < 0) {
            return new ProcessEnd.Unknown();
        }
        return switch (WaitStatus.decode(process.waitStatus())) {
            case WaitStatus.Exited exited -> new ProcessEnd.Exited(exited.status());
            case WaitStatus.Killed killed -> new ProcessEnd.Killed(killed.signal());
            default -> new ProcessEnd.Unknown();
        };
    }

    private MemoryFacts memory(List<LwkProcess> all) {
        long reserved = 0;
        long peak = 0;
        long extents = 0;
        long heap = 0;
        long served = 0;
        long present = 0;
        long huge = 0;
        for (LwkProcess process : all) {
            AddressSpace space = process.space();
            reserved += space.arenaReserved();
            peak += space.arenaPeak();
            extents += space.extents();
            heap += space.heapPeak();
            served += space.served();
            present += process.sample().arenaBytes();
            huge += process.sample().hugeBytes();
        }
        return new MemoryFacts(reserved, peak, extents, pages(all, present - huge, huge), heap,
                job.minorFaults(), job.majorFaults(), served);
    }

    private static List<MemoryFacts.PageUse> pages(List<LwkProcess> all, long small, long huge) {
        List<MemoryFacts.PageUse> pages = new ArrayList<>(List.of(new MemoryFacts.PageUse(PAGE, small),
                new MemoryFacts.PageUse(HUGE, huge)));
        for (PageSize size : List.of(PageSize.LARGE, PageSize.GIGANTIC)) {
            long pooled = 0;
            for (LwkProcess process : all) {
                pooled += process.space().pooledMost(size);
            }
            if (pooled > 0) {
                pages.add(new MemoryFacts.PageUse(size.bytes(), pooled, true));
            }
        }
        return pages;
    }

    /** Why memory has smaller pages than it might, each reason once. */
    private static Set<Shortfall> shortfalls(List<LwkProcess> all) {
        Set<Shortfall> shortfalls = EnumSet.noneOf(Shortfall.class);
        for (LwkProcess process : all) {
            shortfalls.addAll(process.space().poolUse().shortfalls());
        }
        return shortfalls;
    }

    private List<String> notes(List<LwkProcess> all) {
        int listed = all.size();
        List<String> notes = new ArrayList<>();
        if (job.tasks().processCount() > listed) {
            notes.add("there were " + job.tasks().processCount() + " processes, of which " + listed + " are listed");
        }
        notes.add("threads: " + job.tasks().threadCount() + " in all, at most " + job.tasks().mostThreads() + " at a time");
        notes.add("call sites patched: " + job.sitesPatched() + " in all processes together");
        job.sharing().summary().ifPresent(notes::add);
        shortfalls(all).forEach(shortfall -> notes.add(shortfall.text()));
        if (job.request().sharedCore()) {
            notes.add("the LWK and Linux share one CPU: nobody spins");
        }
        notes.addAll(job.images().notes());
        return notes;
    }
}
