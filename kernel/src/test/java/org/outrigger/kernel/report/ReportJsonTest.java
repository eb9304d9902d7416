package org.outrigger.kernel.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportJsonTest {

    private static final Pattern KEY_ROW = Pattern.compile("^\\| `([a-z0-9_.\\[\\]]+)` \\|", Pattern.MULTILINE);

    private static JsonNode parsed(JobReport report) {
        return JsonMapper.shared().readTree(ReportJson.render(report));
    }

    @Test
    void callsComeBackMostFrequentFirst() {
        JsonNode calls = parsed(Sample.full()).get("calls");
        List<String> order = calls.valueStream().map(call -> call.get("name").stringValue() + " " + call.get("count")).toList();
        assertEquals(List.of("getpid 1000", "getpid 2", "mmap 1", "exit_group 1"), order);
        assertEquals("""
                {"number":39,"name":"getpid","disposition":"LWK","interception":"patched",\
                "count":1000,"median_ns":80,"p99_ns":80,"max_ns":80}""", calls.get(0).toString());
        assertTrue(calls.get(3).get("median_ns").isNull());
    }

    @Test
    void theJobComesBack() {
        JsonNode report = parsed(Sample.full());
        assertEquals(1, report.get("schema").intValue());
        JsonNode job = report.get("job");
        assertEquals("sort file | uniq; echo 'done'\n", job.get("command").get(2).stringValue());
        assertEquals("2026-03-01T12:00:00.250Z", job.get("start").stringValue());
        assertEquals(1_234_567_890L, job.get("wall_ns").longValue());
        assertEquals(139, job.get("exit_status").intValue());
        assertEquals("auto", job.get("intercept").stringValue());
        assertEquals(10, job.get("real_time_priority").intValue());
        assertTrue(job.get("real_time_refusal").isNull());
        assertFalse(job.get("lwk_core_shared").booleanValue());
        assertEquals("hpc", job.get("partition").stringValue());
        assertEquals("[{\"at_ns\":1200000000,\"what\":\"cores 2-3\"}]", job.get("changes").toString());
        assertTrue(parsed(Sample.empty()).get("job").get("partition").isNull());
    }

    @Test
    void processesComeBack() {
        JsonNode processes = parsed(Sample.full()).get("processes");
        assertEquals(11, processes.get(0).get("signal").intValue());
        assertTrue(processes.get(0).get("exit_status").isNull());
        assertEquals(3, processes.get(1).get("exit_status").intValue());
        assertEquals(3, processes.get(1).get("threads").size());
        assertEquals("handed_to_linux", processes.get(2).get("end").stringValue());
        assertTrue(processes.get(2).get("threads").get(0).get("core").isNull());
        assertEquals("unknown", processes.get(3).get("end").stringValue());
        assertTrue(processes.get(3).get("minor_faults").isNull());
    }

    @Test
    void whatIsUnknownIsNull() {
        JsonNode report = parsed(Sample.empty());
        assertEquals(0, report.get("calls").size());
        assertEquals(0, report.get("processes").size());
        assertTrue(report.get("job").get("lwk_resident_peak_bytes").isNull());
        assertTrue(report.get("job").get("real_time_priority").isNull());
        assertEquals("not permitted", report.get("job").get("real_time_refusal").stringValue());
        assertTrue(report.get("memory").get("minor_faults").isNull());
    }

    @Test
    void everyKeyIsDocumentedAndEveryDocumentedKeyIsWritten() throws IOException {
        Set<String> written = new TreeSet<>();
        keys("", parsed(Sample.full()), written);
        Set<String> documented = new TreeSet<>();
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Matcher rows = KEY_ROW.matcher(Files.readString(module.resolveSibling("docs").resolve("report.md")));
        while (rows.find()) {
            assertTrue(documented.add(rows.group(1)), "documented twice: " + rows.group(1));
        }
        assertEquals(String.join("\n", documented), String.join("\n", written));
    }

    /** Collects the paths of all members: {@code job.wall_ns}, {@code calls[].count}. */
    private static void keys(String prefix, JsonNode node, Set<String> into) {
        if (node.isObject()) {
            node.properties().forEach(member -> {
                String path = prefix.isEmpty() ? member.getKey() : prefix + "." + member.getKey();
                String suffix = member.getValue().isArray() ? "[]" : "";
                into.add(path + suffix);
                keys(path + suffix, member.getValue(), into);
            });
        } else if (node.isArray()) {
            node.forEach(element -> keys(prefix, element, into));
        }
    }
}
