package org.outrigger.lab.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.outrigger.lab.environment.Environment;
import org.outrigger.lab.stats.Sample;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Promises are judged, and the same figures stand in the text and in the JSON. */
class MemoryReportTest {
    private static final long MIB = 1L << 20;

    private static ArmUse use(double faults, long peakMib, double... batches) {
        Usage last = new Usage(0, 0, Optional.empty(), MIB, peakMib * MIB, 0, 0);
        return new ArmUse(Optional.of(new Sample(batches)), Optional.empty(), Optional.of(new Sample(faults)),
                Optional.of(2.0), Optional.of(9.0), Optional.of(7.0), Optional.of(last), Optional.empty());
    }

    private static ArmUse failed() {
        return new ArmUse(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.of("Out of memory"));
    }

    private static MemoryFigures row(MemoryRow row, ArmUse natively, ArmUse lwk) {
        return new MemoryFigures(row, row.size(), 10, new EnumMap<>(Map.of(MemoryArm.NATIVE, natively, MemoryArm.LWK, lwk)));
    }

    private static MemoryReport report(MemoryFigures... rows) {
        MemoryRequest request = new MemoryRequest(Path.of("/"), Map.of(), List.of(rows).stream().map(MemoryFigures::row).toList(),
                List.of(MemoryArm.values()), 3, 1, 250, 1, 64 * MIB, new int[] {0, 1}, new int[] {1}, new int[] {0});
        return new MemoryReport(request, new Environment("6.1", "A CPU", true, "tsc", "never", "25", "", List.of()),
                Instant.parse("2026-01-02T03:04:05Z"), Duration.ofSeconds(7), false,
                Map.of(MemoryArm.NATIVE_THP, "there are none"), Optional.of(70 * MIB), Optional.of(0.25), List.of(rows));
    }

    private static Optional<Boolean> met(MemoryTarget target, ArmUse natively, ArmUse lwk) {
        MemoryFigures row = row(MemoryRow.MMAP_64K, natively, lwk);
        return report(row, row(MemoryRow.NULL_PAIR, use(0, 1, 200), use(0, 1, 250))).met(target, row);
    }

    @Test
    void slower() {
        ArmUse natively = use(0, 1, 100, 101, 102, 103, 104);
        assertEquals(Optional.of(true), met(MemoryTarget.NOT_SLOWER, natively, use(0, 1, 90, 91, 92)));
        assertEquals(Optional.of(true), met(MemoryTarget.NOT_SLOWER, natively, use(0, 1, 103, 103, 103)), "as native rounds are");
        assertEquals(Optional.of(false), met(MemoryTarget.NOT_SLOWER, natively, use(0, 1, 120, 121, 122)));
        assertEquals(Optional.of(false), met(MemoryTarget.NOT_SLOWER, natively, failed()));
    }

    @Test
    void faster() {
        assertEquals(Optional.of(true), met(MemoryTarget.FASTER, use(0, 1, 140), use(0, 1, 100)));
        assertEquals(Optional.of(false), met(MemoryTarget.FASTER, use(0, 1, 139), use(0, 1, 100)));
    }

    @Test
    void pageFaults() {
        assertEquals(Optional.of(true), met(MemoryTarget.NO_FAULTS, use(16, 1, 1), use(0, 1, 1)));
        assertEquals(Optional.of(false), met(MemoryTarget.NO_FAULTS, use(16, 1, 1), use(0.01, 1, 1)));
    }

    @Test
    void residentMemory() {
        assertEquals(Optional.of(true), met(MemoryTarget.RESIDENT, use(0, 10, 1), use(0, 74, 1)), "64 MiB are allowed");
        assertEquals(Optional.of(false), met(MemoryTarget.RESIDENT, use(0, 10, 1), use(0, 75, 1)));
        assertEquals(Optional.of(true), met(MemoryTarget.RESIDENT, use(0, 1000, 1), use(0, 1100, 1)), "a tenth is allowed");
        assertEquals(Optional.of(false), met(MemoryTarget.RESIDENT, use(0, 1000, 1), use(0, 1101, 1)));
    }

    @Test
    void ownTimeIsWhatNullCallsAreNot() {
        assertEquals(Optional.of(true), met(MemoryTarget.OWN_TIME, use(0, 1, 4000), use(0, 1, 549)));
        assertEquals(Optional.of(false), met(MemoryTarget.OWN_TIME, use(0, 1, 4000), use(0, 1, 550)));
        MemoryFigures alone = row(MemoryRow.MMAP_64K, use(0, 1, 4000), use(0, 1, 300));
        assertEquals(Optional.empty(), report(alone).met(MemoryTarget.OWN_TIME, alone), "without null calls nobody knows");
    }

    @Test
    void text() {
        String text = MemoryText.render(report(row(MemoryRow.CHASE_1M, use(0, 3, 2), use(0, 3, 1)),
                row(MemoryRow.CHASE_1G, use(0, 3, 120), failed()),
                row(MemoryRow.TRIAD, use(0, 200, 20_132_659.2), use(0, 200, 10_066_329.6))), "1.2.3");
        assertTrue(text.contains("native-thp left out: there are none\n"), text);
        assertTrue(text.contains("had up to 70 MiB resident"), text);
        String chase = line(text, "chase, 1 MiB ");
        assertTrue(chase.contains("2x faster") && chase.contains("not slower: met; no page faults: met; resident"), chase);
        assertTrue(line(text, "chase, 1 GiB ").contains("not slower: MISSED"), text);
        assertTrue(text.contains("  failed under lwk: Out of memory\n"), text);
        assertTrue(text.matches("(?s).* 10 GB/s +20 GB/s\n.*") || text.matches("(?s).* 10\\.00 GB/s +20\\.00 GB/s\n.*"), text);
        assertTrue(text.contains("native      120.00 |" + "#".repeat(60) + "\n"), text);
        assertTrue(text.contains("lwk           1.00 |#\n"), text);
        assertTrue(text.lines().allMatch(line -> line.equals(line.stripTrailing())), text);
        assertFalse(MemoryText.render(report(row(MemoryRow.CHURN, use(0, 1, 1), use(0, 1, 1))), "1").contains("|#"));
    }

    private static String line(String text, String start) {
        return text.lines().filter(line -> line.startsWith(start)).findFirst().orElseThrow();
    }

    @Test
    void json() {
        JsonNode root = JsonMapper.shared().readTree(MemoryJson.render(
                report(row(MemoryRow.CHURN, use(31_000, 80, 140), use(0, 130, 91)), row(MemoryRow.GUPS, use(0, 1, 1), failed())),
                "1.2.3"));
        assertEquals(MemoryJson.SCHEMA, root.get("schema").asInt());
        assertEquals("memory", root.get("benchmark").asString());
        assertEquals("there are none", root.get("arms").get("native-thp").get("left_out").asString());
        assertTrue(root.get("arms").get("lwk").get("left_out").isNull());
        assertEquals(70 * MIB, root.get("lwk_peak_resident_bytes").asLong());
        JsonNode churn = root.get("rows").get(0);
        assertEquals("churn", churn.get("row").asString());
        JsonNode natively = churn.get("arms").get("native");
        assertEquals(31_000, natively.get("page_faults").asDouble());
        assertEquals(7, natively.get("first_page_faults").asDouble());
        assertEquals(2, natively.get("linux_calls").asDouble());
        assertEquals(80 * MIB, natively.get("peak_resident_bytes").asLong());
        assertEquals(140, natively.get("median_ns").asDouble());
        assertEquals(0.65, churn.get("ratios").get("lwk_to_native").get("ratio").asDouble());
        assertTrue(churn.get("ratios").get("lwk_to_native-thp").isNull());
        assertTrue(churn.get("targets").get(0).get("met").asBoolean());
        assertEquals("Out of memory", root.get("rows").get(1).get("arms").get("lwk").get("failure").asString());
        assertTrue(root.get("rows").get(1).get("arms").get("lwk").get("peak_resident_bytes").isNull());
    }
}
