package org.outrigger.lab.calls;

import java.util.Optional;
import org.outrigger.lab.environment.Environment;
import org.outrigger.lab.environment.IndentedJson;
import org.outrigger.lab.stats.Estimate;
import org.outrigger.lab.stats.Sample;
import tools.jackson.core.JsonGenerator;

/** The figures as JSON. {@code docs/benchmarks.md} tells every key; each is always there, with {@code null} for the unknown. */
public final class CallsJson {
    /** Version of the format. It rises when a key goes away or changes its meaning, not when one is added. */
    public static final int SCHEMA = 1;

    private static final double NANO_PER_SECOND = 1e9;
    /** Figures are told to a hundredth of a nanosecond, ratios to five digits. */
    private static final double HUNDRED = 100;
    private static final double RATIO_STEPS = 1e5;

    private final JsonGenerator json;

    private CallsJson(JsonGenerator json) {
        this.json = json;
    }

    /**
     * Renders a report.
     *
     * @param version of Outrigger
     * @return a JSON object and a line feed
     */
    public static String render(CallsReport report, String version) {
        return IndentedJson.render(generator -> new CallsJson(generator).report(report, version));
    }

    private void report(CallsReport report, String version) {
        CallsRequest request = report.request();
        json.writeStartObject();
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
        environment(report);
        number("neighbours", report.neighbours());
        json.writeObjectPropertyStart("timer_ns");
        request.arms().forEach(arm -> number(arm.key(), Optional.ofNullable(report.timers().get(arm))));
        json.writeEndObject();
        json.writeArrayPropertyStart("rows");
        report.rows().forEach(this::row);
        json.writeEndArray();
        json.writeEndObject();
    }

    private void environment(CallsReport report) {
        Environment machine = report.environment();
        json.writeObjectPropertyStart("environment");
        json.writeStringProperty("kernel", machine.kernel());
        json.writeStringProperty("cpu", machine.cpu());
        json.writeStringProperty("allowed_cpus", CallBenchmark.list(report.request().allowed()));
        json.writeStringProperty("lwk_cores", CallBenchmark.list(report.request().lwkCores()));
        json.writeStringProperty("linux_cores", CallBenchmark.list(report.request().linuxCores()));
        json.writeBooleanProperty("steady_tsc", machine.steadyTsc());
        json.writeStringProperty("clock_source", machine.clockSource());
        json.writeStringProperty("transparent_huge_pages", machine.hugePages());
        json.writeStringProperty("java", machine.java());
        json.writeStringProperty("jvm_flags", machine.jvmFlags());
        json.writeEndObject();
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
        ratio("lwk_to_native", figures.ratio(Arm.LWK, Arm.NATIVE));
        ratio("trap_to_native", figures.ratio(Arm.TRAP, Arm.NATIVE));
        ratio("lwk_to_trap", figures.ratio(Arm.LWK, Arm.TRAP));
        json.writeEndObject();
        json.writeArrayPropertyStart("targets");
        for (Target target : figures.row().targets()) {
            json.writeStartObject();
            json.writeStringProperty("target", target.text());
            Optional<Boolean> met = target.met(figures);
            if (met.isPresent()) {
                json.writeBooleanProperty("met", met.get());
            } else {
                json.writeNullProperty("met");
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void arm(Arm arm, ArmFigures figures) {
        json.writeObjectPropertyStart(arm.key());
        number("median_ns", figures.batches().map(Sample::median));
        number("deviation_ns", figures.batches().map(Sample::deviation));
        number("min_ns", figures.batches().map(Sample::min));
        number("max_ns", figures.batches().map(Sample::max));
        json.writeArrayPropertyStart("batches_ns");
        if (figures.batches().isPresent()) {
            for (double batch : figures.batches().get().values()) {
                json.writeNumber(rounded(batch, HUNDRED));
            }
        }
        json.writeEndArray();
        json.writeObjectPropertyStart("single");
        Optional<Distribution> calls = figures.distribution();
        json.writeNumberProperty("count", calls.map(Distribution::count).orElse(0L));
        for (double percentile : Distribution.PERCENTILES) {
            number(Distribution.name(percentile) + "_ns", calls.flatMap(known -> known.percentile(percentile)));
        }
        number("max_ns", calls.map(Distribution::max));
        json.writeEndObject();
        if (figures.failure().isPresent()) {
            json.writeStringProperty("failure", figures.failure().get());
        } else {
            json.writeNullProperty("failure");
        }
        json.writeEndObject();
    }

    private void ratio(String name, Optional<Estimate> ratio) {
        if (ratio.isEmpty()) {
            json.writeNullProperty(name);
            return;
        }
        json.writeObjectPropertyStart(name);
        json.writeNumberProperty("ratio", rounded(ratio.get().value(), RATIO_STEPS));
        json.writeNumberProperty("low", rounded(ratio.get().low(), RATIO_STEPS));
        json.writeNumberProperty("high", rounded(ratio.get().high(), RATIO_STEPS));
        json.writeEndObject();
    }

    private void number(String name, Optional<Double> value) {
        if (value.isPresent()) {
            json.writeNumberProperty(name, rounded(value.get(), HUNDRED));
        } else {
            json.writeNullProperty(name);
        }
    }

    private static double rounded(double value, double steps) {
        return Math.rint(value * steps) / steps;
    }
}
