package org.outrigger.lab.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.load.Load;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Who took the time, as people and programs read it. */
class CulpritsTest {
    private static NoiseReport report() {
        return Made.report(NoiseKernel.FWQ, Arm.parse("lwk"), Load.parse("none"), 1, List.of());
    }

    @Test
    void asText() {
        String text = NoiseText.render(report(), "0");
        assertTrue(text.contains("\ninjected       100 Hz x 250 us (2.50 %) on CPU 1\n"), text);
        assertTrue(text.contains("lwk, load none: 12 detours, 0.010 % of the time, steal 10 ms\n"), text);
        assertTrue(text.matches("(?s).*\n  vector local_timer +9 +40 us +5 us +80\\.0 %\n.*"), text);
        assertTrue(text.contains("  note: 4 events had no room"), text);
        assertTrue(text.contains("  counted meanwhile: RCU 17\n  note: no trace: not permitted\n"), text);
        assertTrue(text.matches("(?s).*\nWhat mends it\n  vector local_timer +boot with nohz_full=.*"), text);
    }

    @Test
    void asJson() {
        JsonNode root = JsonMapper.shared().readTree(NoiseJson.render(report(), "0"));
        assertEquals("100 Hz x 250 us (2.50 %)", root.get("injected").asString());
        JsonNode traced = root.get("culprits").get(0);
        assertEquals("trace", traced.get("method").asString());
        assertEquals("local_timer", traced.get("culprits").get(0).get("name").asString());
        assertEquals(40_000, traced.get("culprits").get(0).get("stolen_ns").asDouble());
        assertEquals(17, root.get("culprits").get(1).get("counters").get(0).get("count").asInt());
    }
}
