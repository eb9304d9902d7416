package org.outrigger.kernel.triage;

import org.outrigger.abi.ErrnoNames;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

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
        JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        ObjectNode root = mapper.createObjectNode();
        root.put("schema", SCHEMA);
        ArrayNode calls = root.putArray("calls");
        for (TriageLine line : table.lines()) {
            ObjectNode call = calls.addObject();
            call.put("number", line.number());
            call.put("name", line.name());
            call.put("disposition", line.disposition().name());
            if (line.disposition() == Disposition.REFUSE) {
                call.put("errno", ErrnoNames.name(line.errno()));
            }
            call.put("reason", line.reason());
        }
        return mapper.writeValueAsString(root) + "\n";
    }
}
