package org.outrigger.lab.calls;

import java.util.Optional;
import org.outrigger.lab.batch.JsonDocument;
import tools.jackson.core.JsonGenerator;

/** The figures as JSON. {@code docs/benchmarks.md} tells every key; each is always there, with {@code null} for the unknown. */
public final class CallsJson {
    /** Version of the format. It rises when a key goes away or changes its meaning, not when one is added. */
    public static final int SCHEMA = 1;

    private static final double NANO_PER_SECOND = 1e9;

    private final JsonDocument document;
    private final JsonGenerator json;

    private CallsJson(JsonDocument document) {
        this.document = document;
        json = document.generator();
    }

    /**
     * Renders a report.
     *
     * @param version of Outrigger
     * @return a JSON object and a line feed
     */
    public static String render(CallsReport report, String version) {
        return JsonDocument.of(document -> new CallsJson(document).report(report, version));
    }

    private void report(CallsReport report, String version) {
        CallsRequest request = report.request();
        json.writeNumberProperty("schema", SCHEMA);
        json.writeStringProperty("benchmark", "calls");
        json.writeStringProperty("outrigger_version", version);
        json.writeStringProperty("start", report.start().toString());
        json.writeNumberProperty("duration_s", report.duration().toNanos() / NANO_PER_SECOND);
        json.writeNumberProperty("rounds", report.rounds());
        json.writeNumberProperty("rounds_wanted", request.rounds());
        json.writeNumberProperty("warm_up_batches", request.warmUps());
        json.writeNumberProperty("batch_divisor", request.shrink());
        json.writeBooleanProperty("interrupted", report.interrupted());
        document.environment(report.environment(), request.allowed(), request.lwkCores(), request.linuxCores());
        document.number("neighbours", report.neighbours());
        json.writeObjectPropertyStart("timer_ns");
        request.arms().forEach(arm -> document.number(arm.key(), Optional.ofNullable(report.timers().get(arm))));
        json.writeEndObject();
        json.writeArrayPropertyStart("rows");
        report.rows().forEach(this::row);
        json.writeEndArray();
    }

    private void row(RowFigures figures) {
        json.writeStartObject();
        json.writeStringProperty("row", figures.row().key());
        json.writeStringProperty("what", figures.row().what());
        json.writeNumberProperty("calls_per_batch", figures.calls());
        json.writeObjectPropertyStart("arms");
        figures.arms().forEach(this::arm);
        json.writeEndObject();
        json.writeObjectPropertyStart("ratios");
        document.ratio("lwk_to_native", figures.ratio(Arm.LWK, Arm.NATIVE));
        document.ratio("trap_to_native", figures.ratio(Arm.TRAP, Arm.NATIVE));
        document.ratio("lwk_to_trap", figures.ratio(Arm.LWK, Arm.TRAP));
        json.writeEndObject();
        json.writeArrayPropertyStart("targets");
        for (Target target : figures.row().targets()) {
            document.target(target.text(), target.met(figures));
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void arm(Arm arm, ArmFigures figures) {
        json.writeObjectPropertyStart(arm.key());
        document.batches(figures.batches());
        document.single(figures.distribution());
        document.text("failure", figures.failure());
        json.writeEndObject();
    }
}
