package org.outrigger.lab.environment;

import java.io.StringWriter;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;

/** JSON as the reports have it: one member a line, arrays of numbers in one. */
public final class IndentedJson extends ObjectWriteContext.Base {
    private final PrettyPrinter printer = new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));

    private IndentedJson() {
    }

    /** What the writer has written, and a line feed. */
    public static String render(Consumer<JsonGenerator> writer) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = new JsonFactory().createGenerator(new IndentedJson(), text)) {
            writer.accept(generator);
        }
        return text.append('\n').toString();
    }

    /** Writes the facts of the machine as one member, {@code environment}. */
    public static void environment(JsonGenerator json, Environment machine) {
        json.writeObjectPropertyStart("environment");
        machine.facts().forEach(fact -> json.writeStringProperty(fact.key(), fact.value()));
        json.writeEndObject();
    }

    @Override
    public PrettyPrinter getPrettyPrinter() {
        return printer;
    }

    @Override
    public boolean hasPrettyPrinter() {
        return true;
    }
}
