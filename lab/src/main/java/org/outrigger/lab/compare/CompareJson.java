package org.outrigger.lab.compare;

import java.util.List;
import java.util.Optional;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.environment.IndentedJson;
import org.outrigger.lab.stats.Comparison;
import org.outrigger.lab.stats.Estimate;
import org.outrigger.lab.stats.Sample;
import tools.jackson.core.JsonGenerator;

/** A comparison as JSON. {@code docs/compare.md} tells every key; each is always there, with {@code null} for the unknown. */
public final class CompareJson {
    /** Version of the format. It rises when a key goes away or changes its meaning, not when one is added. */
    public static final int SCHEMA = 1;

    private static final double MILLI = 1e3;

    private final JsonGenerator json;
    private final CompareReport report;

    private CompareJson(JsonGenerator json, CompareReport report) {
        this.json = json;
        this.report = report;
    }

    /**
     * Renders a report.
     *
     * @param version of Outrigger
     * @return a JSON object and a line feed
     */
    public static String render(CompareReport report, String version) {
        return IndentedJson.render(json -> new CompareJson(json, report).report(version));
    }

    private void report(String version) {
        CompareRequest request = report.request();
        json.writeStartObject();
        json.writeNumberProperty("schema", SCHEMA);
        json.writeStringProperty("benchmark", "compare");
        json.writeStringProperty("outrigger_version", version);
        json.writeStringProperty("start", report.start().toString());
        json.writeNumberProperty("duration_s", report.duration().toMillis() / MILLI);
        texts("command", request.command());
        json.writeStringProperty("program_cpus", Ground.list(request.ground().lwkCores()));
        json.writeStringProperty("linux_cpus", Ground.list(request.ground().linuxCores()));
        json.writeStringProperty("allowed_cpus", Ground.list(request.ground().allowed()));
        json.writeNumberProperty("rounds", report.rounds());
        json.writeNumberProperty("rounds_wanted", request.rounds());
        json.writeNumberProperty("warm_ups", request.warmUps());
        json.writeBooleanProperty("interrupted", report.interrupted());
        json.writeNumberProperty("threshold", request.threshold());
        json.writeNumberProperty("confidence_together", Estimate.CONFIDENCE);
        json.writeNumberProperty("confidence_each", report.confidence());
        IndentedJson.environment(json, report.environment());
        texts("notes", report.notes());
        json.writeArrayPropertyStart("findings");
        report.findings().forEach(this::finding);
        json.writeEndArray();
        json.writeArrayPropertyStart("arms");
        report.arms().forEach(this::facts);
        json.writeEndArray();
        json.writeArrayPropertyStart("loads");
        report.loads().forEach(this::load);
        json.writeEndArray();
        json.writeEndObject();
    }

    private void finding(Finding finding) {
        json.writeStartObject();
        json.writeStringProperty("load", finding.load().label());
        json.writeStringProperty("figure", finding.metric().key());
        json.writeStringProperty("better", finding.metric().better().word());
        json.writeStringProperty("arm", finding.arm().label());
        json.writeStringProperty("baseline", finding.baseline().label());
        json.writeStringProperty("verdict", finding.comparison().verdict().word());
        json.writeStringProperty("sentence", finding.sentence());
        comparison(finding.comparison());
        json.writeEndObject();
    }

    private void comparison(Comparison comparison) {
        Optional<Estimate> ratio = comparison.ratio();
        number("ratio", ratio.map(Estimate::value));
        number("low", ratio.map(Estimate::low).filter(any -> comparison.supported()));
        number("high", ratio.map(Estimate::high).filter(any -> comparison.supported()));
        json.writeNumberProperty("rounds", comparison.rounds());
        json.writeNumberProperty("rounds_needed", comparison.needed());
        json.writeBooleanProperty("supported", comparison.supported());
        json.writeBooleanProperty("difference_excluded", comparison.equal());
    }

    private void facts(ArmFacts facts) {
        Arm arm = facts.arm();
        json.writeStartObject();
        json.writeStringProperty("arm", arm.label());
        json.writeStringProperty("kind", arm.kind().key());
        if (facts.calls().isPresent()) {
            json.writeNumberProperty("system_calls", facts.calls().getAsLong());
        } else {
            json.writeNullProperty("system_calls");
        }
        json.writeStringProperty("system_calls_by", facts.counted());
        texts("changes", facts.changes());
        texts("notes", facts.notes());
        json.writeEndObject();
    }

    private void load(LoadRuns load) {
        json.writeStartObject();
        json.writeStringProperty("load", load.load().label());
        json.writeStringProperty("command", load.what());
        json.writeStringProperty("cpus", Ground.list(report.request().cpusOf(load.load())));
        json.writeArrayPropertyStart("arms");
        for (ArmRuns arm : load.arms()) {
            json.writeStartObject();
            json.writeStringProperty("arm", arm.arm().label());
            json.writeObjectPropertyStart("figures");
            report.metrics().forEach(metric -> figure(load, arm, metric));
            json.writeEndObject();
            json.writeArrayPropertyStart("runs");
            arm.runs().forEach(this::run);
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void figure(LoadRuns load, ArmRuns arm, Metric metric) {
        Optional<Sample> sample = arm.sample(metric);
        json.writeObjectPropertyStart(metric.key());
        number("median", sample.map(Sample::median));
        number("mean", sample.map(Sample::mean));
        number("min", sample.map(Sample::min));
        number("max", sample.map(Sample::max));
        number("variation", sample.map(Sample::variation));
        number("coefficient", sample.map(Sample::coefficient));
        json.writeObjectPropertyStart("to_baseline");
        comparison(report.comparison(load, arm, metric));
        json.writeEndObject();
        json.writeEndObject();
    }

    private void run(Run run) {
        json.writeStartObject();
        json.writeNumberProperty("round", run.round());
        json.writeNumberProperty("turn", run.turn());
        json.writeName("failure");
        if (run.failure().isPresent()) {
            json.writeString(run.failure().get());
        } else {
            json.writeNull();
        }
        report.metrics().forEach(metric -> number(metric.key(), Optional.of(metric.of().applyAsDouble(run))));
        json.writeEndObject();
    }

    private void texts(String name, List<String> texts) {
        json.writeArrayPropertyStart(name);
        texts.forEach(json::writeString);
        json.writeEndArray();
    }

    private void number(String name, Optional<Double> value) {
        if (value.filter(Double::isFinite).isEmpty()) {
            json.writeNullProperty(name);
        } else if (value.get() == Math.rint(value.get()) && Math.abs(value.get()) < 1e15) {
            json.writeNumberProperty(name, value.get().longValue());
        } else {
            json.writeNumberProperty(name, value.get());
        }
    }
}
