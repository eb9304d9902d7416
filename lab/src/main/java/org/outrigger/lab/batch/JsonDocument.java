package org.outrigger.lab.batch;

import java.io.StringWriter;
import java.util.Optional;
import java.util.function.Consumer;
import org.outrigger.lab.stats.Estimate;
import org.outrigger.lab.stats.Sample;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;

/** A JSON document of figures. A key is always there, with {@code null} for the unknown. */
public final class JsonDocument {
    /** Figures are told to a hundredth of their unit, ratios to five digits. */
    private static final double HUNDRED = 100;
    private static final double RATIO_STEPS = 1e5;

    private final JsonGenerator json;

    private JsonDocument(JsonGenerator json) {
        this.json = json;
    }

    /** A JSON object with what {@code members} writes in it, and a line feed. */
    public static String of(Consumer<JsonDocument> members) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = new JsonFactory().createGenerator(new Indented(), text)) {
            generator.writeStartObject();
            members.accept(new JsonDocument(generator));
            generator.writeEndObject();
        }
        return text.append('\n').toString();
    }

    /** What this writes to. */
    public JsonGenerator generator() {
        return json;
    }

    /** The machine, and which of its CPUs did what. */
    public void environment(Environment machine, int[] allowed, int[] lwkCores, int[] linuxCores) {
        json.writeObjectPropertyStart("environment");
        json.writeStringProperty("kernel", machine.kernel());
        json.writeStringProperty("cpu", machine.cpu());
        json.writeStringProperty("allowed_cpus", Cells.list(allowed));
        json.writeStringProperty("lwk_cores", Cells.list(lwkCores));
        json.writeStringProperty("linux_cores", Cells.list(linuxCores));
        json.writeBooleanProperty("steady_tsc", machine.steadyTsc());
        json.writeStringProperty("clock_source", machine.clockSource());
        json.writeStringProperty("transparent_huge_pages", machine.hugePages());
        json.writeStringProperty("java", machine.java());
        json.writeStringProperty("jvm_flags", machine.jvmFlags());
        json.writeEndObject();
    }

    /** Batches: median, deviation, least, greatest, each of them. */
    public void batches(Optional<Sample> batches) {
        number("median_ns", batches.map(Sample::median));
        number("deviation_ns", batches.map(Sample::deviation));
        number("min_ns", batches.map(Sample::min));
        number("max_ns", batches.map(Sample::max));
        json.writeArrayPropertyStart("batches_ns");
        if (batches.isPresent()) {
            for (double batch : batches.get().values()) {
                json.writeNumber(rounded(batch, HUNDRED));
            }
        }
        json.writeEndArray();
    }

    /** What was timed by itself. */
    public void single(Optional<Distribution> calls) {
        json.writeObjectPropertyStart("single");
        json.writeNumberProperty("count", calls.map(Distribution::count).orElse(0L));
        for (double percentile : Distribution.PERCENTILES) {
            number(Distribution.name(percentile) + "_ns", calls.flatMap(known -> known.percentile(percentile)));
        }
        number("max_ns", calls.map(Distribution::max));
        json.writeEndObject();
    }

    /** A ratio with its interval. */
    public void ratio(String name, Optional<Estimate> ratio) {
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

    /** A promise in an array of them, and whether it is kept. */
    public void target(String text, Optional<Boolean> met) {
        json.writeStartObject();
        json.writeStringProperty("target", text);
        if (met.isPresent()) {
            json.writeBooleanProperty("met", met.get());
        } else {
            json.writeNullProperty("met");
        }
        json.writeEndObject();
    }

    /** A text or null. */
    public void text(String name, Optional<String> value) {
        if (value.isPresent()) {
            json.writeStringProperty(name, value.get());
        } else {
            json.writeNullProperty(name);
        }
    }

    /** A figure or null. */
    public void number(String name, Optional<Double> value) {
        if (value.isPresent()) {
            json.writeNumberProperty(name, rounded(value.get(), HUNDRED));
        } else {
            json.writeNullProperty(name);
        }
    }

    /** A whole number or null. */
    public void whole(String name, Optional<Long> value) {
        if (value.isPresent()) {
            json.writeNumberProperty(name, value.get());
        } else {
            json.writeNullProperty(name);
        }
    }

    private static double rounded(double value, double steps) {
        return Math.rint(value * steps) / steps;
    }

    /** One member a line, arrays of numbers in one. */
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
