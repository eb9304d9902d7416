package org.outrigger.kernel.report;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.TreeSet;

/** The report as text for a terminal: one block per subject, columns aligned, every number with its unit. */
public final class ReportText {

    /** Rows of call sites that a terminal gets; JSON has them all. */
    private static final int MOST_HOLDERS = 20;
    private static final int MOST_SITES = 20;

    private final StringBuilder out = new StringBuilder(4096);

    private ReportText() { }

    /**
     * Renders a report.
     *
     * @param report the report
     * @return lines, each with its line feed
     */
    public static String render(JobReport report) {
        ReportText text = new ReportText();
        text.job(report.job());
        text.changes(report.job().changes());
        text.loops(report.job().kernelLoops());
        text.calls(CallOrder.counted(report.calls()));
        text.sites(SiteRow.sorted(report.sites()), report.sitesMissed());
        text.processes(report.processes());
        text.threads(report.processes());
        text.memory(report.memory());
        report.limit().ifPresent(text::limit);
        text.left(report.leftToLinux());
        text.notes(report.notes());
        return text.out.toString();
    }

    private void job(JobFacts job) {
        out.append("Outrigger ").append(job.version()).append(": report of one job\n");
        String priority = switch (job.realTimePriority()) {
            case RealTimePriority.Obtained(int value) -> "SCHED_FIFO " + value;
            case RealTimePriority.Without(String reason) -> "none: " + Printable.text(reason);
        };
        TextTable table = new TextTable("<<")
                .row("command", Printable.command(job.command()))
                .row("started", job.start().toString())
                .row("wall time", Quantity.time(job.wallNanoseconds()))
                .row("exit status", Integer.toString(job.exitStatus()))
                .row("ranks", Integer.toString(job.ranks()))
                .row("LWK cores", job.lwkCores() + (job.lwkCoreShared() ? " (shared with Linux)" : ""))
                .row("Linux cores", job.linuxCores())
                .row("interception", job.intercept().name().toLowerCase(Locale.ROOT))
                .row("kernel", Printable.text(job.kernelRelease()))
                .row("LWK", "pid " + job.lwkPid() + ", "
                        + Quantity.counted(job.kernelLoops().size(), "kernel loop", "kernel loops"))
                .row("LWK memory", job.lwkResidentPeakBytes() < 0 ? "unknown"
                        : Quantity.bytes(job.lwkResidentPeakBytes()) + " resident at peak")
                .row("LWK priority", priority);
        if (!job.partition().isEmpty()) {
            table.row("partition", Printable.text(job.partition()));
        }
        table.appendTo(out);
    }

    private void changes(List<JobFacts.Change> changes) {
        if (!changes.isEmpty()) {
            heading("Changes while it ran");
            changes.forEach(change -> out.append("  ").append(Printable.text(change.what())).append(" from ")
                    .append(Quantity.time(change.atNanoseconds())).append(" on\n"));
        }
    }

    private void loops(List<LoopRow> loops) {
        heading("Kernel loops");
        TextTable table = new TextTable("><<><");
        table.row("loop", "cores", "scheduling", "requests", "why not more urgent");
        for (LoopRow loop : loops) {
            String policy = switch (loop.policy()) {
                case FIFO -> "SCHED_FIFO 1";
                case NICE -> "nice -20";
                case ORDINARY -> "ordinary";
            };
            table.row(Integer.toString(loop.number()), loop.cores(), policy, Quantity.count(loop.requests()),
                    loop.refusal().isEmpty() ? Quantity.NONE : Printable.text(loop.refusal()));
        }
        table.appendTo(out);
    }

    private void calls(List<CallRow> calls) {
        heading("System calls");
        if (calls.isEmpty()) {
            out.append("  none\n");
            return;
        }
        TextTable table = new TextTable("><><<>>>");
        table.row("count", "call", "number", "served", "intercepted", "median", "p99", "max");
        for (CallRow call : calls) {
            table.row(Quantity.count(call.count()), call.name(), Integer.toString(call.number()), call.disposition().name(),
                    call.interception().name().toLowerCase(Locale.ROOT), Quantity.time(call.median()),
                    Quantity.time(call.p99()), Quantity.time(call.max()));
        }
        table.appendTo(out);
    }

    private void sites(List<SiteRow> sites, long missed) {
        heading("Trapped call sites");
        if (sites.isEmpty()) {
            out.append("  none\n");
            return;
        }
        TextTable table = new TextTable("><<<<");
        table.row("count", "call", "function", "place", "not patched because");
        for (SiteRow site : sites.subList(0, Math.min(MOST_SITES, sites.size()))) {
            table.row(Quantity.count(site.count()), site.name(), site.function().isEmpty() ? Quantity.NONE
                            : Printable.text(site.function()) + "+0x" + Long.toHexString(site.functionOffset()),
                    Printable.text(site.mapping()) + "+0x" + Long.toHexString(site.offset()), site.why());
        }
        table.appendTo(out);
        if (sites.size() > MOST_SITES) {
            long rest = sites.subList(MOST_SITES, sites.size()).stream().mapToLong(SiteRow::count).sum();
            out.append("  and ").append(rest).append(" calls from ").append(sites.size() - MOST_SITES).append(" other places\n");
        }
        if (missed > 0) {
            out.append("  and ").append(missed).append(" calls from places that were not counted\n");
        }
    }

    private void processes(List<ProcessRow> processes) {
        heading("Processes");
        if (processes.isEmpty()) {
            out.append("  none\n");
            return;
        }
        TextTable table = new TextTable(">>>><><>><");
        table.row("pid", "parent", "start", "end", "ended", "threads", "cores", "minor faults", "major faults", "command");
        for (ProcessRow process : processes) {
            table.row(Long.toString(process.pid()), Long.toString(process.parentPid()),
                    Quantity.time(process.startNanoseconds()), Quantity.time(process.endNanoseconds()), ending(process.end()),
                    Integer.toString(process.threads().size()), cores(process.threads()),
                    Quantity.count(process.minorFaults()), Quantity.count(process.majorFaults()),
                    Printable.text(process.command()));
        }
        table.appendTo(out);
    }

    /** The threads one by one, where a process had more than one: the row of the process tells the rest. */
    private void threads(List<ProcessRow> processes) {
        List<ProcessRow> threaded = processes.stream().filter(process -> process.threads().size() > 1).toList();
        if (threaded.isEmpty()) {
            return;
        }
        heading("Threads");
        TextTable table = new TextTable(">>>>");
        table.row("pid", "tid", "core", "start");
        for (ProcessRow process : threaded) {
            for (ThreadRow thread : process.threads()) {
                table.row(Long.toString(process.pid()), Long.toString(thread.tid()), Quantity.count(thread.core()),
                        Quantity.time(thread.startNanoseconds()));
            }
        }
        table.appendTo(out);
    }

    private void memory(MemoryFacts memory) {
        heading("Memory");
        TextTable table = new TextTable("<<")
                .row("arena reserved", Quantity.bytes(memory.arenaReservedBytes()) + " in "
                        + Quantity.counted(memory.extents(), "extent", "extents"))
                .row("arena in use", Quantity.bytes(memory.arenaPeakBytes()) + " at peak");
        for (MemoryFacts.PageUse use : memory.pages()) {
            table.row((use.pool() ? "pool pages of " : "pages of ") + pageSize(use.pageBytes()), Quantity.bytes(use.bytes()));
        }
        table.row("heap", Quantity.bytes(memory.heapPeakBytes()) + " at peak")
                .row("page faults", memory.minorFaults() < 0 || memory.majorFaults() < 0 ? "unknown"
                        : memory.minorFaults() + " minor, " + memory.majorFaults() + " major")
                .row("calls without Linux", Quantity.count(memory.arenaCalls()))
                .appendTo(out);
    }

    private void limit(MemoryLimit limit) {
        heading("Limit of memory");
        TextTable table = new TextTable("<<")
                .row("given", Quantity.bytes(limit.bytes()))
                .row("in use", Quantity.bytes(limit.peakBytes()) + " at peak, "
                        + Quantity.bytes(limit.usedBytes()) + " at the end")
                .row("refused", limit.refusals() == 0 ? "nothing"
                        : Quantity.counted(limit.refusals(), "call", "calls") + ", the largest for "
                                + Quantity.bytes(limit.largestRefusal()) + " by process " + limit.largestRefusalPid());
        if (limit.namedPeakBytes() > 0) {
            table.row("shared by name", Quantity.bytes(limit.namedPeakBytes()) + " at peak");
        }
        table.appendTo(out);
        table = new TextTable(">>>>>");
        table.row("rank", "set aside", "at peak", "at the end", "kept");
        for (int rank = 0; rank < limit.ranks().size(); rank++) {
            MemoryLimit.Rank row = limit.ranks().get(rank);
            table.row(Integer.toString(rank), Quantity.bytes(row.guaranteeBytes()), Quantity.bytes(row.peakBytes()),
                    Quantity.bytes(row.usedBytes()), Quantity.bytes(row.keptBytes()));
        }
        table.appendTo(out);
        if (limit.holders().isEmpty()) {
            return;
        }
        table = new TextTable(">>>>>>><");
        table.row("pid", "rank", "at peak", "arena", "heap", "other", "shared", "command");
        for (MemoryLimit.Holder row : limit.holders().subList(0, Math.min(MOST_HOLDERS, limit.holders().size()))) {
            table.row(Long.toString(row.pid()), Integer.toString(row.rank()), Quantity.bytes(row.peakBytes()),
                    Quantity.bytes(row.arenaBytes()), Quantity.bytes(row.heapBytes()), Quantity.bytes(row.otherBytes()),
                    Quantity.bytes(row.sharedBytes()), Printable.text(row.command()));
        }
        table.appendTo(out);
        if (limit.holders().size() > MOST_HOLDERS) {
            out.append("  and ").append(limit.holders().size() - MOST_HOLDERS).append(" other processes, which had less\n");
        }
    }

    private void left(List<LeftToLinux> left) {
        heading("Left to Linux");
        if (left.isEmpty()) {
            out.append("  nothing\n");
            return;
        }
        TextTable table = new TextTable("><<");
        table.row("pid", "what", "why");
        left.forEach(row -> table.row(Long.toString(row.pid()), Printable.text(row.what()), Printable.text(row.why())));
        table.appendTo(out);
    }

    private void notes(List<String> notes) {
        if (!notes.isEmpty()) {
            heading("Notes");
            notes.forEach(note -> out.append("  ").append(Printable.text(note)).append('\n'));
        }
    }

    private void heading(String text) {
        out.append('\n').append(text).append('\n');
    }

    private static String ending(ProcessEnd end) {
        return switch (end) {
            case ProcessEnd.Exited(int status) -> "exit " + status;
            case ProcessEnd.Killed(int signal) -> "signal " + signal;
            case ProcessEnd.HandedToLinux() -> "goes on";
            case ProcessEnd.Unknown() -> Quantity.NONE;
        };
    }

    /** Page sizes are whole numbers of their unit. */
    private static String pageSize(long bytes) {
        if (bytes % (1 << 30) == 0) {
            return (bytes >> 30) + " GiB";
        }
        return bytes % (1 << 20) == 0 ? (bytes >> 20) + " MiB" : (bytes >> 10) + " KiB";
    }

    /** The cores of the threads in Linux list syntax. */
    private static String cores(List<ThreadRow> threads) {
        TreeSet<Integer> cores = new TreeSet<>();
        threads.stream().map(ThreadRow::core).filter(core -> core >= 0).forEach(cores::add);
        StringJoiner list = new StringJoiner(",").setEmptyValue(Quantity.NONE);
        while (!cores.isEmpty()) {
            int first = cores.pollFirst();
            int last = first;
            while (cores.remove(last + 1)) {
                last++;
            }
            list.add(first == last ? Integer.toString(first) : first + "-" + last);
        }
        return list.toString();
    }
}
