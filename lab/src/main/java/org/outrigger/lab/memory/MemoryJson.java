package org.outrigger.lab.memory;

import java.util.Optional;
import org.outrigger.lab.batch.JsonDocument;
import org.outrigger.lab.stats.Sample;
import tools.jackson.core.JsonGenerator;

/** The figures as JSON. {@code docs/benchmarks.md} tells every key; each is always there, with {@code null} for the unknown. */
public final class MemoryJson {
    /** Version of the format. It rises when a key goes away or changes its meaning, not when one is added. */
    public static final int SCHEMA = 1;

    private static final double NANO_PER_SECOND = 1e9;

    private final JsonDocument document;
    private final JsonGenerator json;
    private final MemoryReport report;

    private MemoryJson(JsonDocument document, MemoryReport report) {
        this.document = document;
        this.report = report;
        json = document.generator();
    }

    /**
     * Renders a report.
     *
     * @param version of Outrigger
     * @return a JSON object and a line feed
     */
    public static String render(MemoryReport report, String version) {
        return JsonDocument.of(document -> new MemoryJson(document, report).report(version));
    }

    private void report(String version) {
        MemoryRequest request = report.request();
        json.writeNumberProperty("schema", SCHEMA);
        json.writeStringProperty("benchmark", "memory");
        json.writeStringProperty("outrigger_version", version);
        json.writeStringProperty("start", report.start().toString());
        json.writeNumberProperty("duration_s", report.duration().toNanos() / NANO_PER_SECOND);
        json.writeNumberProperty("rounds_wanted", request.rounds());
        json.writeNumberProperty("warm_up_batches", request.warmUps());
        json.writeNumberProperty("settle_ms", request.settle());
        json.writeNumberProperty("batch_divisor", request.shrink());
        json.writeBooleanProperty("interrupted", report.interrupted());
        document.environment(report.environment(), request.allowed(), request.lwkCores(), request.linuxCores());
        document.number("neighbours", report.neighbours());
        document.whole("lwk_peak_resident_bytes", report.lwkPeak());
        json.writeObjectPropertyStart("arms");
        for (MemoryArm arm : request.arms()) {
            json.writeObjectPropertyStart(arm.key());
            json.writeStringProperty("what", arm.what());
            document.text("left_out", Optional.ofNullable(report.leftOut().get(arm)));
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeArrayPropertyStart("rows");
        report.rows().forEach(this::row);
        json.writeEndArray();
    }

    private void row(MemoryFigures figures) {
        json.writeStartObject();
        json.writeStringProperty("row", figures.row().key());
        json.writeStringProperty("what", figures.row().what());
        json.writeNumberProperty("size_bytes", figures.size());
        json.writeNumberProperty("operations_per_batch", figures.operations());
        json.writeObjectPropertyStart("arms");
        figures.arms().forEach(this::arm);
        json.writeEndObject();
        json.writeObjectPropertyStart("ratios");
        document.ratio("lwk_to_native", figures.ratio(MemoryArm.LWK, MemoryArm.NATIVE));
        document.ratio("lwk_to_native-thp", figures.ratio(MemoryArm.LWK, MemoryArm.NATIVE_THP));
        document.ratio("native-thp_to_native", figures.ratio(MemoryArm.NATIVE_THP, MemoryArm.NATIVE));
        json.writeEndObject();
        json.writeArrayPropertyStart("targets");
        figures.row().targets().forEach(target -> document.target(target.text(), report.met(target, figures)));
        json.writeEndArray();
        json.writeEndObject();
    }

    private void arm(MemoryArm arm, ArmUse use) {
        json.writeObjectPropertyStart(arm.key());
        document.batches(use.batches());
        document.single(use.distribution());
        document.number("first_ns", use.first());
        document.number("first_page_faults", use.firstFaults());
        document.number("page_faults", use.faults().map(Sample::median));
        document.whole("major_faults_last_batch", use.last().map(Usage::majorFaults));
        document.number("linux_calls", use.calls());
        document.whole("resident_bytes", use.last().map(Usage::resident));
        document.whole("peak_resident_bytes", use.last().map(Usage::peak));
        document.whole("huge_bytes", use.last().map(Usage::huge));
        document.whole("hugetlb_bytes", use.last().map(Usage::hugetlb));
        document.text("failure", use.failure());
        json.writeEndObject();
    }
}
