package org.outrigger.cli;

import java.io.IOException;
import org.outrigger.lab.environment.IndentedJson;
import org.outrigger.node.topology.ObjectKind;
import org.outrigger.node.topology.Topology;
import org.outrigger.node.topology.TopologyObject;
import org.outrigger.node.topology.TopologyReader;
import picocli.CommandLine.ParseResult;
import tools.jackson.core.JsonGenerator;

/** {@code outrigger partition topology}: the parts of the node, by the numbers that a list of CPUs takes. */
final class TopologyCommand {
    private static final int SCHEMA = 1;

    private final Surroundings surroundings;

    TopologyCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Carries the command out. */
    int execute(ParseResult arguments) throws RefusalException {
        Topology topology;
        try {
            topology = TopologyReader.read(surroundings.sys(), TopologyReader.lstopo(surroundings.hwlocPath()));
        } catch (IOException | IllegalArgumentException unknown) {
            throw new RefusalException("the node's topology cannot be found out: " + unknown.getMessage());
        }
        surroundings.out().print(arguments.hasMatchedOption(Grammar.JSON) ? json(topology)
                : text(topology, arguments.hasMatchedOption(PartitionGrammar.ALL)));
        return ExitStatus.OK;
    }

    private static String text(Topology topology, boolean all) {
        StringBuilder text = new StringBuilder("CPUs ").append(topology.cpus()).append(", as ").append(topology.source())
                .append(" tells\n");
        topology.note().ifPresent(note -> text.append("note: ").append(note).append('\n'));
        text.append(String.format("%n%-15s %-8s %s%n", "logical", "physical", "CPUs"));
        for (ObjectKind kind : ObjectKind.values()) {
            for (TopologyObject object : topology.objects(kind)) {
                if (all || kind != ObjectKind.PU) {
                    text.append(String.format("%-15s %-8s %s%n", object,
                            object.physical() == TopologyObject.UNKNOWN ? "-" : "P#" + object.physical(),
                            object.cpus().isEmpty() ? "none" : object.cpus()));
                }
            }
        }
        return text.toString();
    }

    private static String json(Topology topology) {
        return IndentedJson.render(json -> {
            json.writeStartObject();
            json.writeNumberProperty("schema", SCHEMA);
            json.writeStringProperty("source", topology.source());
            json.writeStringProperty("note", topology.note().orElse(""));
            json.writeStringProperty("cpus", topology.cpus().toString());
            json.writeArrayPropertyStart("objects");
            for (ObjectKind kind : ObjectKind.values()) {
                topology.objects(kind).forEach(object -> object(json, object));
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void object(JsonGenerator json, TopologyObject object) {
        json.writeStartObject();
        json.writeStringProperty("kind", object.kind().key());
        json.writeNumberProperty("logical", object.logical());
        if (object.physical() == TopologyObject.UNKNOWN) {
            json.writeNullProperty("physical");
        } else {
            json.writeNumberProperty("physical", object.physical());
        }
        json.writeStringProperty("cpus", object.cpus().toString());
        json.writeEndObject();
    }
}
