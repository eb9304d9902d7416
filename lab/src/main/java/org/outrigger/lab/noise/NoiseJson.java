package org.outrigger.lab.noise;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.environment.IndentedJson;
import org.outrigger.lab.load.Load;
import org.outrigger.lab.stats.Estimate;
import tools.jackson.core.JsonGenerator;

/** The figures as JSON. {@code docs/noise.md} tells every key; each is always there, with {@code null} for the unknown. */
public final class NoiseJson {
    /** Version of the format. It rises when a key goes away or changes its meaning, not when one is added. */
    public static final int SCHEMA = 1;

    private static final double NANO = 1e9;
    /** Nanoseconds are told to a tenth, shares and ratios to six digits. */
    private static final double TEN = 10;
    private static final double STEPS = 1e6;

    private final JsonGenerator json;

    private NoiseJson(JsonGenerator json) {
        this.json = json;
    }

    /**
     * Renders a report.
     *
     * @param version of Outrigger
     * @return a JSON object and a line feed
     */
    public static String render(NoiseReport report, String version) {
        return IndentedJson.render(generator -> new NoiseJson(generator).report(report, version));
    }

    private void report(NoiseReport report, String version) {
        NoiseRequest request = report.request();
        Ground ground = request.ground();
        Loop loop = request.loop();
        json.writeStartObject();
        json.writeNumberProperty("schema", SCHEMA);
        json.writeStringProperty("report", "noise");
        json.writeStringProperty("outrigger_version", version);
        json.writeStringProperty("start", report.start().toString());
        json.writeNumberProperty("duration_s", report.duration().toNanos() / NANO);
        json.writeStringProperty("kernel", loop.kernel().key());
        json.writeNumberProperty("work_bits", loop.workBits());
        json.writeNumberProperty("interval_bits", loop.intervalBits());
        json.writeNumberProperty("threshold_percent", loop.percent());
        json.writeNumberProperty("samples_most", loop.samples());
        json.writeNumberProperty("run_s", loop.seconds());
        json.writeNumberProperty("rounds_wanted", request.rounds());
        json.writeNumberProperty("seed", request.seed());
        if (request.inject().isPresent()) {
            json.writeStringProperty("injected", request.inject().get().text());
        } else {
            json.writeNullProperty("injected");
        }
        json.writeBooleanProperty("interrupted", report.interrupted());
        json.writeStringProperty("allowed_cpus", Ground.list(ground.allowed()));
        json.writeStringProperty("lwk_cores", Ground.list(ground.lwkCores()));
        json.writeStringProperty("linux_cores", Ground.list(ground.linuxCores()));
        IndentedJson.environment(json, report.environment());
        arms(report);
        loads(report);
        json.writeArrayPropertyStart("cells");
        report.cells().forEach(this::cell);
        json.writeEndArray();
        json.writeArrayPropertyStart("culprits");
        report.culprits().forEach(one -> CulpritsJson.write(json, one));
        json.writeEndArray();
        json.writeArrayPropertyStart("comparisons");
        report.comparisons().forEach(this::comparison);
        json.writeEndArray();
        json.writeArrayPropertyStart("targets");
        for (Promise promise : report.promises()) {
            json.writeStartObject();
            json.writeStringProperty("target", promise.text());
            json.writeStringProperty("measured", promise.measured());
            json.writeBooleanProperty("met", promise.met());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void arms(NoiseReport report) {
        json.writeArrayPropertyStart("arms");
        for (Arm arm : report.request().arms()) {
            json.writeStartObject();
            json.writeStringProperty("arm", arm.label());
            json.writeStringProperty("kind", arm.kind().key());
            NoiseReport.SetUp setUp = report.setUps().getOrDefault(arm, new NoiseReport.SetUp(List.of(), List.of()));
            texts("changes", setUp.changes());
            texts("not_done", setUp.notes());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void loads(NoiseReport report) {
        json.writeArrayPropertyStart("loads");
        for (Load load : report.request().loads()) {
            json.writeStartObject();
            json.writeStringProperty("load", load.label());
            json.writeBooleanProperty("unconfined", load.unconfined());
            String command = report.loads().get(load);
            if (command == null) {
                json.writeNullProperty("command");
            } else {
                json.writeStringProperty("command", command);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void texts(String name, List<String> texts) {
        json.writeArrayPropertyStart(name);
        texts.forEach(json::writeString);
        json.writeEndArray();
    }

    private void cell(Cell cell) {
        json.writeStartObject();
        json.writeStringProperty("arm", cell.arm().label());
        json.writeStringProperty("load", cell.load().label());
        json.writeNumberProperty("runs", cell.runs().size());
        json.writeNumberProperty("values", cell.count());
        json.writeNumberProperty("elapsed_s", rounded(cell.elapsedS(), STEPS));
        number("min_ns", cell.min(), TEN);
        for (Tail tail : Tail.values()) {
            estimate(tail.key() + "_ns", cell.quantile(tail), TEN);
        }
        number("max_ns", cell.max(), TEN);
        estimate("noise_ratio", cell.noise(), STEPS);
        number("steal_ratio", cell.steal(), STEPS);
        number("spread_ratio", cell.spread(cell.kernel() == NoiseKernel.FWQ ? RoundFigure.MEAN : RoundFigure.NOISE), STEPS);
        number("involuntary_switches_per_s", cell.runs().isEmpty() ? OptionalDouble.empty()
                : OptionalDouble.of(cell.involuntaryPerS()), STEPS);
        json.writeArrayPropertyStart("detours");
        for (Detours.Duration one : cell.detours().classes()) {
            json.writeStartObject();
            number("from_ns", OptionalDouble.of(one.fromNs()), TEN);
            number("to_ns", Double.isInfinite(one.toNs()) ? OptionalDouble.empty() : OptionalDouble.of(one.toNs()), TEN);
            json.writeNumberProperty("count", one.count());
            number("stolen_ns", OptionalDouble.of(one.stolenNs()), TEN);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("rounds");
        cell.runs().forEach(run -> round(cell, run));
        json.writeEndArray();
        json.writeEndObject();
    }

    private void round(Cell cell, NoiseRun run) {
        Cell alone = new Cell(cell.kernel(), cell.arm(), cell.load(), List.of(run));
        json.writeStartObject();
        json.writeNumberProperty("round", run.round() + 1);
        json.writeNumberProperty("values", alone.count());
        number("min_ns", alone.min(), TEN);
        for (Tail tail : Tail.values()) {
            Optional<Estimate> known = alone.quantile(tail);
            number(tail.key() + "_ns", known.isPresent() ? OptionalDouble.of(known.get().value()) : OptionalDouble.empty(), TEN);
        }
        number("max_ns", alone.max(), TEN);
        Optional<Estimate> noise = alone.noise();
        number("noise_ratio", noise.isPresent() ? OptionalDouble.of(noise.get().value()) : OptionalDouble.empty(), STEPS);
        json.writeArrayPropertyStart("cores");
        for (Series series : run.series()) {
            json.writeStartObject();
            json.writeNumberProperty("cpu", series.cpu());
            json.writeBooleanProperty("bound", series.bound());
            json.writeNumberProperty("values", series.valuesNs().length);
            json.writeNumberProperty("start_monotonic_ns", series.startNs());
            json.writeNumberProperty("elapsed_ns", series.elapsedNs());
            json.writeNumberProperty("voluntary_switches", series.voluntary());
            json.writeNumberProperty("involuntary_switches", series.involuntary());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void comparison(Beside one) {
        json.writeStartObject();
        json.writeStringProperty("arm", one.cell().arm().label());
        json.writeStringProperty("load", one.cell().load().label());
        json.writeStringProperty("baseline_arm", one.baseline().arm().label());
        json.writeStringProperty("baseline_load", one.baseline().load().label());
        json.writeStringProperty("figure", one.figure().key());
        json.writeStringProperty("verdict", one.comparison().verdict().word());
        estimate("ratio", one.comparison().ratio(), STEPS);
        json.writeNumberProperty("rounds", one.comparison().rounds());
        json.writeNumberProperty("rounds_needed", one.comparison().needed());
        json.writeNumberProperty("confidence", one.comparison().confidence());
        json.writeNumberProperty("threshold", one.comparison().threshold());
        json.writeEndObject();
    }

    /** A figure and the ends of its interval; those are null where there are too few rounds for one. */
    private void estimate(String name, Optional<Estimate> known, double steps) {
        if (known.isEmpty()) {
            json.writeNullProperty(name);
            return;
        }
        json.writeObjectPropertyStart(name);
        number("value", OptionalDouble.of(known.get().value()), steps);
        number("low", OptionalDouble.of(known.get().low()), steps);
        number("high", OptionalDouble.of(known.get().high()), steps);
        json.writeEndObject();
    }

    private void number(String name, OptionalDouble value, double steps) {
        if (value.isPresent() && Double.isFinite(value.getAsDouble())) {
            json.writeNumberProperty(name, rounded(value.getAsDouble(), steps));
        } else {
            json.writeNullProperty(name);
        }
    }

    private static double rounded(double value, double steps) {
        return Math.rint(value * steps) / steps;
    }
}
