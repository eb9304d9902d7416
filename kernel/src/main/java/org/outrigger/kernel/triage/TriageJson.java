package org.outrigger.kernel.triage;

import java.io.StringWriter;
import org.outrigger.abi.ErrnoNames;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;

/**
 * The triage table for programs:
 * {@code {"schema": 1, "calls": [{"number": 0, "name": "read", "disposition": "HERE", "reason": "..."}, ...]}}, by ascending
 * number; a refused call has {@code "errno": "EPERM"} as well.
 */
public final class TriageJson {

    /** Changes when a key changes its meaning or goes; new keys leave it alone. */
    public static final int SCHEMA = 1;

    private TriageJson() {
    }

    /** The whole table as one JSON object, ending in a line feed. */
    public static String render(TriageTable table) {
        StringWriter text = new StringWriter();
        // The streaming writer alone: binding objects would take longer to load than all the rest of the command.
        try (JsonGenerator json = new JsonFactory().createGenerator(new Indented(), text)) {
            json.writeStartObject();
            json.writeNumberProperty("schema", SCHEMA);
            json.writeArrayPropertyStart("calls");
            for (TriageLine line : table.lines()) {
                json.writeStartObject();
                json.writeNumberProperty("number", line.number());
                json.writeStringProperty("name", line.name());
                json.writeStringProperty("disposition", line.disposition().name());
                if (line.disposition() == Disposition.REFUSE) {
                    json.writeStringProperty("errno", ErrnoNames.name(line.errno()));
                }
                json.writeStringProperty("reason", line.reason());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.append('\n').toString();
    }

    private static final class Indented extends ObjectWriteContext.Base {
        @Override
        public PrettyPrinter getPrettyPrinter() {
            return new DefaultPrettyPrinter();
        }
    }
}
