package org.outrigger.kernel.report;

import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;

/**
 * The report as JSON, one line of it per member. {@code docs/report.md} tells every key; each key is always there, with
 * {@code null} for what is not known. Written as a stream: data binding would cost a short job more time than the job.
 */
public final class ReportJson {

    /** Version of the format. It rises when a key goes away or changes its meaning, not when one is added. */
    public static final int SCHEMA = 1;

    private final JsonGenerator json;

    private ReportJson(JsonGenerator json) {
        this.json = json;
    }

    /**
     * Renders a report.
     *
     * @param report the report
     * @return a JSON object and a line feed
     */
    public static String render(JobReport report) {
        StringWriter text = new StringWriter();
        // Through characters, not bytes: a file name of the application may hold half a surrogate pair, which the
        // generator's own UTF-8 encoder refuses.
        try (JsonGenerator generator = new JsonFactory().createGenerator(new Indented(), text)) {
            new ReportJson(generator).report(report);
        }
        return text.append('\n').toString();
    }

    private void report(JobReport report) {
        json.writeStartObject();
        json.writeNumberProperty("schema", SCHEMA);
        job(report.job());
        json.writeArrayPropertyStart("loops");
        report.job().kernelLoops().forEach(this::loop);
        json.writeEndArray();
        json.writeArrayPropertyStart("calls");
        CallOrder.counted(report.calls()).forEach(this::call);
        json.writeEndArray();
        json.writeArrayPropertyStart("trapped_sites");
        SiteRow.sorted(report.sites()).forEach(this::site);
        json.writeEndArray();
        json.writeNumberProperty("trapped_elsewhere", report.sitesMissed());
        json.writeArrayPropertyStart("processes");
        report.processes().forEach(this::process);
        json.writeEndArray();
        memory(report.memory());
        report.limit().ifPresentOrElse(this::limit, () -> json.writeNullProperty("limit"));
        json.writeArrayPropertyStart("left_to_linux");
        report.leftToLinux().forEach(this::left);
        json.writeEndArray();
        strings("notes", report.notes());
        json.writeEndObject();
    }

    private void job(JobFacts job) {
        json.writeObjectPropertyStart("job");
        json.writeStringProperty("outrigger_version", job.version());
        strings("command", job.command());
        json.writeStringProperty("start", job.start().toString());
        json.writeNumberProperty("wall_ns", job.wallNanoseconds());
        json.writeNumberProperty("exit_status", job.exitStatus());
        json.writeNumberProperty("ranks", job.ranks());
        if (job.partition().isEmpty()) {
            json.writeNullProperty("partition");
        } else {
            json.writeStringProperty("partition", job.partition());
        }
        json.writeArrayPropertyStart("changes");
        for (JobFacts.Change change : job.changes()) {
            json.writeStartObject();
            json.writeNumberProperty("at_ns", change.atNanoseconds());
            json.writeStringProperty("what", change.what());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeStringProperty("lwk_cores", job.lwkCores());
        json.writeStringProperty("linux_cores", job.linuxCores());
        json.writeStringProperty("intercept", lower(job.intercept()));
        json.writeStringProperty("kernel_release", job.kernelRelease());
        json.writeNumberProperty("lwk_pid", job.lwkPid());
        known("lwk_resident_peak_bytes", job.lwkResidentPeakBytes());
        json.writeNumberProperty("kernel_loops", job.kernelLoops().size());
        switch (job.realTimePriority()) {
            case RealTimePriority.Obtained(int priority) -> {
                json.writeNumberProperty("real_time_priority", priority);
                json.writeNullProperty("real_time_refusal");
            }
            case RealTimePriority.Without(String reason) -> {
                json.writeNullProperty("real_time_priority");
                json.writeStringProperty("real_time_refusal", reason);
            }
        }
        json.writeBooleanProperty("lwk_core_shared", job.lwkCoreShared());
        json.writeEndObject();
    }

    private void loop(LoopRow loop) {
        json.writeStartObject();
        json.writeNumberProperty("number", loop.number());
        json.writeStringProperty("cores", loop.cores());
        json.writeStringProperty("policy", lower(loop.policy()));
        if (loop.refusal().isEmpty()) {
            json.writeNullProperty("refusal");
        } else {
            json.writeStringProperty("refusal", loop.refusal());
        }
        json.writeNumberProperty("requests", loop.requests());
        json.writeEndObject();
    }

    private void call(CallRow call) {
        json.writeStartObject();
        json.writeNumberProperty("number", call.number());
        json.writeStringProperty("name", call.name());
        json.writeStringProperty("disposition", call.disposition().name());
        json.writeStringProperty("interception", lower(call.interception()));
        json.writeNumberProperty("count", call.count());
        optional("median_ns", call.median());
        optional("p99_ns", call.p99());
        optional("max_ns", call.max());
        json.writeEndObject();
    }

    private void site(SiteRow site) {
        json.writeStartObject();
        json.writeStringProperty("mapping", site.mapping());
        json.writeNumberProperty("offset", site.offset());
        if (site.function().isEmpty()) {
            json.writeNullProperty("function");
            json.writeNullProperty("function_offset");
        } else {
            json.writeStringProperty("function", site.function());
            json.writeNumberProperty("function_offset", site.functionOffset());
        }
        json.writeNumberProperty("number", site.number());
        json.writeStringProperty("name", site.name());
        json.writeNumberProperty("count", site.count());
        json.writeStringProperty("why", site.why());
        json.writeEndObject();
    }

    private void process(ProcessRow process) {
        json.writeStartObject();
        json.writeNumberProperty("pid", process.pid());
        json.writeNumberProperty("parent_pid", process.parentPid());
        json.writeStringProperty("command", process.command());
        json.writeNumberProperty("start_ns", process.startNanoseconds());
        optional("end_ns", process.endNanoseconds());
        switch (process.end()) {
            case ProcessEnd.Exited(int status) -> end("exited", OptionalLong.of(status), OptionalLong.empty());
            case ProcessEnd.Killed(int signal) -> end("killed", OptionalLong.empty(), OptionalLong.of(signal));
            case ProcessEnd.HandedToLinux() -> end("handed_to_linux", OptionalLong.empty(), OptionalLong.empty());
            case ProcessEnd.Unknown() -> end("unknown", OptionalLong.empty(), OptionalLong.empty());
        }
        known("minor_faults", process.minorFaults());
        known("major_faults", process.majorFaults());
        json.writeArrayPropertyStart("threads");
        process.threads().forEach(this::thread);
        json.writeEndArray();
        json.writeEndObject();
    }

    private void end(String how, OptionalLong status, OptionalLong signal) {
        json.writeStringProperty("end", how);
        optional("exit_status", status);
        optional("signal", signal);
    }

    private void thread(ThreadRow thread) {
        json.writeStartObject();
        json.writeNumberProperty("tid", thread.tid());
        known("core", thread.core());
        json.writeNumberProperty("start_ns", thread.startNanoseconds());
        json.writeEndObject();
    }

    private void memory(MemoryFacts memory) {
        json.writeObjectPropertyStart("memory");
        json.writeNumberProperty("arena_reserved_bytes", memory.arenaReservedBytes());
        json.writeNumberProperty("arena_peak_bytes", memory.arenaPeakBytes());
        json.writeNumberProperty("extents", memory.extents());
        json.writeArrayPropertyStart("pages");
        for (MemoryFacts.PageUse use : memory.pages()) {
            json.writeStartObject();
            json.writeNumberProperty("page_bytes", use.pageBytes());
            json.writeNumberProperty("bytes", use.bytes());
            json.writeBooleanProperty("pool", use.pool());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberProperty("heap_peak_bytes", memory.heapPeakBytes());
        known("minor_faults", memory.minorFaults());
        known("major_faults", memory.majorFaults());
        json.writeNumberProperty("arena_calls", memory.arenaCalls());
        json.writeEndObject();
    }

    private void limit(MemoryLimit limit) {
        json.writeObjectPropertyStart("limit");
        json.writeNumberProperty("given_bytes", limit.bytes());
        json.writeNumberProperty("used_bytes", limit.usedBytes());
        json.writeNumberProperty("peak_bytes", limit.peakBytes());
        json.writeNumberProperty("kept_bytes", limit.keptBytes());
        json.writeNumberProperty("named_peak_bytes", limit.namedPeakBytes());
        json.writeNumberProperty("refusals", limit.refusals());
        json.writeNumberProperty("largest_refusal_bytes", limit.largestRefusal());
        known("largest_refusal_pid", limit.largestRefusalPid() == 0 ? JobReport.UNKNOWN : limit.largestRefusalPid());
        json.writeArrayPropertyStart("ranks");
        for (MemoryLimit.Rank rank : limit.ranks()) {
            json.writeStartObject();
            json.writeNumberProperty("guarantee_bytes", rank.guaranteeBytes());
            json.writeNumberProperty("used_bytes", rank.usedBytes());
            json.writeNumberProperty("peak_bytes", rank.peakBytes());
            json.writeNumberProperty("kept_bytes", rank.keptBytes());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("processes");
        for (MemoryLimit.Holder holder : limit.holders()) {
            json.writeStartObject();
            json.writeNumberProperty("pid", holder.pid());
            json.writeNumberProperty("rank", holder.rank());
            json.writeNumberProperty("used_bytes", holder.usedBytes());
            json.writeNumberProperty("peak_bytes", holder.peakBytes());
            json.writeNumberProperty("arena_bytes", holder.arenaBytes());
            json.writeNumberProperty("heap_bytes", holder.heapBytes());
            json.writeNumberProperty("other_bytes", holder.otherBytes());
            json.writeNumberProperty("shared_bytes", holder.sharedBytes());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void left(LeftToLinux left) {
        json.writeStartObject();
        json.writeNumberProperty("pid", left.pid());
        json.writeStringProperty("what", left.what());
        json.writeStringProperty("why", left.why());
        json.writeEndObject();
    }

    private void strings(String key, List<String> values) {
        json.writeArrayPropertyStart(key);
        values.forEach(json::writeString);
        json.writeEndArray();
    }

    private void known(String key, long value) {
        optional(key, value < 0 ? OptionalLong.empty() : OptionalLong.of(value));
    }

    private void optional(String key, OptionalLong value) {
        if (value.isPresent()) {
            json.writeNumberProperty(key, value.getAsLong());
        } else {
            json.writeNullProperty(key);
        }
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Asks the generator for indented output; line feeds on every system. */
    private static final class Indented extends ObjectWriteContext.Base {
        private final PrettyPrinter printer = new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));

        @Override
        public PrettyPrinter getPrettyPrinter() {
            return printer;
        }

        @Override
        public boolean hasPrettyPrinter() {
            return true;
        }
    }
}
