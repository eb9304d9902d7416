package org.outrigger.lab.calls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The same figures as text and as JSON. */
class RenderingTest {
    private static final CallsReport REPORT = Figures.report(
            Figures.row(Row.GETPID, Map.of(Arm.NATIVE, Figures.timed(100, 9_999, 5_000, 1), Arm.LWK, Figures.timed(50, 1, 60, 1),
                    Arm.TRAP, Figures.arm(2000, 2100, 2200))),
            Figures.row(Row.THREADS_10000, Map.of(Arm.NATIVE, Figures.arm(30_000), Arm.LWK, Figures.failed("Out of slots"))),
            new RowFigures(Row.BRK_4K, 1000, new EnumMap<>(Arm.class)));

    @Test
    void text() {
        String text = CallsText.render(REPORT, "1.2.3");
        assertTrue(text.startsWith("outrigger 1.2.3\nmachine   A CPU, Linux 6.1, clock tsc, huge pages madvise\n"), text);
        assertTrue(text.contains("the program on CPU 1 under every arm; the LWK and the benchmark on CPU 0\n"), text);
        assertTrue(text.contains("rounds    3, after 1 batches of each row"), text);
        assertTrue(text.contains("quiet     other work was running on the machine before 25 % of the batches\n"), text);
        String nullCall = line(text, "null call (getpid)");
        assertTrue(nullCall.matches(".* 100 \\+- 0 ns .* 50 \\+- 0 ns .* 2100 \\+- 100 ns +2x faster +"
                + "below native: met; p99.9 below 1 us: not measured"), nullCall);
        assertTrue(line(text, "10,000 threads").endsWith("completed: MISSED"), text);
        assertTrue(text.contains("  failed under lwk: Out of slots\n"), text);
        assertTrue(line(text, "brk up+down 4 KiB").endsWith("not measured"), text);
        assertTrue(text.contains(" p99.99 "), text);
        assertTrue(text.contains("with the timer in them: native 20 ns\n"), text);
        assertTrue(text.lines().allMatch(line -> line.equals(line.stripTrailing())), text);
    }

    private static String line(String text, String start) {
        return text.lines().filter(line -> line.startsWith(start)).findFirst().orElseThrow();
    }

    @Test
    void json() {
        JsonNode root = JsonMapper.shared().readTree(CallsJson.render(REPORT, "1.2.3"));
        assertEquals(CallsJson.SCHEMA, root.get("schema").asInt());
        assertEquals("calls", root.get("benchmark").asString());
        assertEquals("2026-01-02T03:04:05Z", root.get("start").asString());
        assertEquals(0.25, root.get("neighbours").asDouble());
        assertEquals("1", root.get("environment").get("lwk_cores").asString());
        assertEquals(20, root.get("timer_ns").get("native").asDouble());
        assertTrue(root.get("timer_ns").get("lwk").isNull());
        JsonNode nullCall = root.get("rows").get(0);
        assertEquals("getpid", nullCall.get("row").asString());
        JsonNode single = nullCall.get("arms").get("native").get("single");
        assertEquals(10_000, single.get("count").asLong());
        assertEquals(100, single.get("p99.9_ns").asDouble(), 0.1, "a thousandth is what the histogram resolves");
        assertEquals(5000, single.get("max_ns").asDouble());
        assertEquals(2100, nullCall.get("arms").get("trap").get("median_ns").asDouble());
        assertEquals(3, nullCall.get("arms").get("trap").get("batches_ns").size());
        assertEquals(0.5, nullCall.get("ratios").get("lwk_to_native").get("ratio").asDouble());
        assertTrue(nullCall.get("targets").get(0).get("met").asBoolean());
        assertTrue(nullCall.get("targets").get(1).get("met").isNull());
        JsonNode threads = root.get("rows").get(1);
        assertEquals("Out of slots", threads.get("arms").get("lwk").get("failure").asString());
        assertFalse(threads.get("targets").get(0).get("met").asBoolean());
        assertTrue(threads.get("ratios").get("lwk_to_native").isNull());
        assertTrue(root.get("rows").get(2).get("arms").isEmpty());
    }
}
