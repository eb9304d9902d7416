package org.outrigger.cli;

import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import org.outrigger.host.share.JobName;
import org.outrigger.host.share.Segment;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The segments of jobs as text or JSON. */
final class SegmentListing {
    /** Version of the JSON format. It rises when a key goes away or changes its meaning, not when one is added. */
    static final int SCHEMA = 1;

    /** What one job has. */
    record JobSegments(JobName job, List<Segment> segments) {
    }

    private static final String ROW = "%-8s %-7s %15s %4s %-11s %5s %8s  %s%n";

    private SegmentListing() {
    }

    static String text(List<JobSegments> jobs) {
        if (jobs.isEmpty()) {
            return "no job is running\n";
        }
        StringBuilder text = new StringBuilder(row("job", "owner", "bytes", "mode", "pages", "gets", "attaches", "name"));
        for (JobSegments job : jobs) {
            for (Segment segment : job.segments()) {
                text.append(row(job.job().pid(), segment.pid() == 0 ? "the job" : segment.pid(), segment.size(), mode(segment),
                        pages(segment), segment.gets(), segment.attaches(), segment.name()));
            }
        }
        return text.toString();
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, ROW, cells);
    }

    private static String mode(Segment segment) {
        return String.format(Locale.ROOT, "%04o", segment.mode());
    }

    private static String pages(Segment segment) {
        return switch (segment.pages()) {
            case BASE -> "4K";
            case TRANSPARENT -> "transparent";
            case POOL -> (segment.pageSize() >> 20) + "M";
        };
    }

    static String json(List<JobSegments> jobs) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeNumberProperty("schema", SCHEMA);
            json.writeArrayPropertyStart("jobs");
            for (JobSegments job : jobs) {
                json.writeStartObject();
                json.writeNumberProperty("pid", job.job().pid());
                json.writeNumberProperty("uid", Integer.toUnsignedLong(job.job().uid()));
                json.writeStringProperty("name", job.job().text());
                json.writeArrayPropertyStart("segments");
                job.segments().forEach(segment -> segment(json, segment));
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.append('\n').toString();
    }

    private static void segment(JsonGenerator json, Segment segment) {
        json.writeStartObject();
        json.writeNumberProperty("id", segment.id());
        json.writeStringProperty("name", segment.name());
        json.writeNumberProperty("size_bytes", segment.size());
        json.writeNumberProperty("page_bytes", segment.pageSize());
        json.writeStringProperty("pages", segment.pages().name().toLowerCase(Locale.ROOT));
        json.writeStringProperty("mode", mode(segment));
        json.writeNumberProperty("uid", Integer.toUnsignedLong(segment.uid()));
        json.writeNumberProperty("gid", Integer.toUnsignedLong(segment.gid()));
        if (segment.pid() == 0) {
            json.writeNullProperty("pid");
        } else {
            json.writeNumberProperty("pid", segment.pid());
        }
        json.writeNumberProperty("gets", segment.gets());
        json.writeNumberProperty("attaches", segment.attaches());
        json.writeEndObject();
    }
}
