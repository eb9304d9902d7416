package org.outrigger.lab.noise;

import org.outrigger.lab.attribution.Attribution;
import org.outrigger.lab.attribution.Share;
import tools.jackson.core.JsonGenerator;

/** Who took the time, as JSON. */
final class CulpritsJson {
    private CulpritsJson() {
    }

    static void write(JsonGenerator json, Culprits one) {
        Attribution found = one.attribution();
        json.writeStartObject();
        json.writeStringProperty("arm", one.arm().label());
        json.writeStringProperty("load", one.load().label());
        json.writeStringProperty("method", found.method());
        json.writeNumberProperty("detours", found.detours());
        json.writeNumberProperty("detours_ns", Math.rint(found.nanoseconds()));
        json.writeNumberProperty("measured_s", found.seconds());
        json.writeNumberProperty("steal_ns", Math.rint(found.stolen()));
        json.writeNumberProperty("events_lost", found.lost());
        json.writeArrayPropertyStart("culprits");
        for (Share share : found.shares()) {
            json.writeStartObject();
            json.writeStringProperty("kind", share.culprit().kind().key());
            json.writeStringProperty("name", share.culprit().name());
            json.writeNumberProperty("detours", share.detours());
            json.writeNumberProperty("stolen_ns", Math.rint(share.nanoseconds()));
            json.writeNumberProperty("longest_ns", Math.rint(share.longest()));
            json.writeStringProperty("mend", share.culprit().mend());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("counters");
        for (Attribution.Counter counter : found.counters()) {
            json.writeStartObject();
            json.writeStringProperty("kind", counter.kind());
            json.writeStringProperty("name", counter.name());
            json.writeNumberProperty("count", counter.count());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("notes");
        found.notes().forEach(json::writeString);
        json.writeEndArray();
        json.writeEndObject();
    }
}
