package org.outrigger.cli;

import java.util.Collection;
import java.util.List;
import org.outrigger.lab.environment.IndentedJson;
import org.outrigger.node.partition.BooksState;
import org.outrigger.node.partition.Feature;
import org.outrigger.node.partition.Partition;
import org.outrigger.node.partition.RunningJob;
import org.outrigger.node.partition.Sight;
import org.outrigger.node.partition.Step;
import tools.jackson.core.JsonGenerator;

/** Partitions and plans as JSON documents; docs/partition.md describes them. */
final class PartitionJson {
    private static final int SCHEMA = 1;
    private static final String NAME = "name";

    private PartitionJson() {
    }

    static String list(List<Sight> sights, BooksState books, List<String> notes) {
        return IndentedJson.render(json -> {
            begin(json);
            json.writeArrayPropertyStart("partitions");
            for (Sight sight : sights) {
                json.writeStartObject();
                partition(json, sight);
                json.writeEndObject();
            }
            json.writeEndArray();
            books(json, books);
            texts(json, "notes", notes);
            json.writeEndObject();
        });
    }

    static String one(Sight sight, BooksState books, List<String> notes) {
        return IndentedJson.render(json -> {
            begin(json);
            json.writeObjectPropertyStart("partition");
            partition(json, sight);
            json.writeEndObject();
            books(json, books);
            texts(json, "notes", notes);
            json.writeEndObject();
        });
    }

    static String destroyed(String name, BooksState books, List<String> notes) {
        return IndentedJson.render(json -> {
            begin(json);
            json.writeStringProperty("destroyed", name);
            books(json, books);
            texts(json, "notes", notes);
            json.writeEndObject();
        });
    }

    static String plan(String command, String name, List<Step> steps, List<String> notes) {
        return IndentedJson.render(json -> {
            begin(json);
            json.writeStringProperty("command", command);
            json.writeStringProperty(NAME, name);
            steps(json, "steps", steps);
            texts(json, "notes", notes);
            json.writeEndObject();
        });
    }

    private static void begin(JsonGenerator json) {
        json.writeStartObject();
        json.writeNumberProperty("schema", SCHEMA);
    }

    private static void partition(JsonGenerator json, Sight sight) {
        Partition partition = sight.partition();
        json.writeStringProperty(NAME, partition.name());
        json.writeStringProperty("kind", sight.kind());
        texts(json, "groups", sight.groups());
        json.writeStringProperty("cores", partition.cores().toString());
        json.writeStringProperty("linux_cores", partition.linuxCores().toString());
        memory(json, sight.memory());
        json.writeBooleanProperty("node_wide", partition.nodeWide());
        json.writeObjectPropertyStart("features");
        for (Feature feature : Feature.values()) {
            json.writeBooleanProperty(feature.key().replace('-', '_'), partition.has(feature));
        }
        json.writeEndObject();
        json.writeStringProperty("sched", partition.realTime() ? "fifo" : "other");
        json.writeStringProperty("irqs", partition.interrupts());
        texts(json, "devices", partition.devices());
        if (partition.owner().isPresent()) {
            json.writeNumberProperty("owner", partition.owner().get().pid());
        } else {
            json.writeNullProperty("owner");
        }
        steps(json, "moved_interrupts", sight.interrupts());
        texts(json, "unmovable", sight.unmovable());
        texts(json, "strangers", sight.strangers());
        json.writeArrayPropertyStart("jobs");
        sight.jobs().forEach(job -> job(json, job));
        json.writeEndArray();
        json.writeArrayPropertyStart("processes");
        for (Sight.Tenant tenant : sight.tenants()) {
            json.writeStartObject();
            json.writeNumberProperty("pid", tenant.pid());
            json.writeStringProperty(NAME, tenant.name());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void job(JsonGenerator json, RunningJob job) {
        json.writeStartObject();
        json.writeNumberProperty("job", job.number());
        json.writeStringProperty("program", job.program());
        json.writeStringProperty("cores", job.cores().toString());
        json.writeNumberProperty("memory_bytes", job.bytes());
        json.writeEndObject();
    }

    private static void memory(JsonGenerator json, List<Sight.Pool> pools) {
        json.writeArrayPropertyStart("memory");
        for (Sight.Pool pool : pools) {
            json.writeStartObject();
            json.writeNumberProperty("node", pool.pages().node());
            json.writeNumberProperty("page_bytes", pool.pages().pageBytes());
            json.writeNumberProperty("pages", pool.pages().pages());
            json.writeNumberProperty("used", pool.used());
            json.writeNumberProperty("free", pool.pages().pages() - pool.used());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void steps(JsonGenerator json, String name, List<Step> steps) {
        json.writeArrayPropertyStart(name);
        for (Step step : steps) {
            json.writeStartObject();
            json.writeStringProperty("what", step.what());
            json.writeStringProperty("place", step.place());
            json.writeStringProperty("was", step.was());
            json.writeStringProperty("value", step.value());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void books(JsonGenerator json, BooksState books) {
        json.writeObjectPropertyStart("books");
        json.writeStringProperty("folder", books.folder());
        json.writeNumberProperty("held", books.held());
        json.writeBooleanProperty("interrupted", books.interrupted());
        json.writeEndObject();
    }

    private static void texts(JsonGenerator json, String name, Collection<String> texts) {
        json.writeArrayPropertyStart(name);
        texts.forEach(json::writeString);
        json.writeEndArray();
    }
}
