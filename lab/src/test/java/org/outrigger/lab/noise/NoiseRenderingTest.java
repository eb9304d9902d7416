package org.outrigger.lab.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.load.Load;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A report as text, JSON and CSV. */
class NoiseRenderingTest {
    @TempDir
    private Path folder;

    private static NoiseReport report() {
        double[] round = Made.quanta(2000, 100_000, 100, 3_100_000);
        List<Arm> arms = Arm.parse("linux,lwk");
        double[] calm = Made.quanta(2000, 100_000, 3000, 0);
        List<Cell> cells = List.of(Made.cell(NoiseKernel.FWQ, "linux", Made.IDLE, round, round),
                Made.cell(NoiseKernel.FWQ, "lwk", Made.IDLE, calm, calm),
                Made.cell(NoiseKernel.FWQ, "linux", Made.CPU), Made.cell(NoiseKernel.FWQ, "lwk", Made.CPU));
        return Made.report(NoiseKernel.FWQ, arms, List.of(Made.IDLE, Made.CPU), 2, cells);
    }

    @Test
    void text() {
        String text = NoiseText.render(report(), "9.9");
        assertTrue(text.startsWith("outrigger      9.9\n"), text);
        assertTrue(text.contains("\nlinux          work queues moved\nlinux          not done: no interrupts\n"), text);
        assertTrue(text.contains("\nload           cpu: spin 1 on CPU 0\n"), text);
        assertTrue(text.matches("(?s).*\nlinux +4000 +100 us +100 us +100 us +3.1 ms .*30 %.*"), text);
        assertTrue(text.matches("(?s).*\nlinux, load none +- +- +- +76\\.9/s 23\\.1 % +-\n.*"), text);
        assertTrue(text.contains("lwk and linux, load none"), text);
        assertFalse(text.contains("NaN") || text.contains("Infinity"), text);
    }

    /** Ctrl-C before the first run has ended: no table without rows. */
    @Test
    void nothingMeasured() {
        String text = NoiseText.render(Made.report(NoiseKernel.FWQ, Arm.parse("lwk"), List.of(Made.IDLE), 2,
                List.of(Made.cell(NoiseKernel.FWQ, "lwk", Made.IDLE))), "9.9");
        assertTrue(text.contains("\nLoad none: not measured\n"), text);
        assertFalse(text.contains("Detours in a second"), text);
    }

    /** No load's files take the place of another's, and no name is too long to be made. */
    @Test
    void namesOfFiles() {
        List<Load> loads = List.of(Made.CPU, Load.parse("make -C /a b").get(0), Load.parse("make -C /a/b").get(0),
                Load.parse("sleep 1; " + "true; ".repeat(100)).get(0), Load.parse("cpu@all").get(0));
        NoiseRequest request = Made.report(NoiseKernel.FWQ, List.of(Made.arm("lwk")), loads, 1, List.of()).request();
        List<String> names = loads.stream().map(request::fileName).toList();
        assertEquals(List.of("cpu", "make--C-a-b-2", "make--C-a-b-3", "cpu@all"),
                List.of(names.get(0), names.get(1), names.get(2), names.get(4)));
        assertTrue(names.get(3).startsWith("sleep-1-true-true") && names.get(3).length() <= 60, names.get(3));
    }

    @Test
    void json() {
        JsonNode root = JsonMapper.shared().readTree(NoiseJson.render(report(), "9.9"));
        assertEquals(1, root.get("schema").asInt());
        assertEquals("fwq", root.get("kernel").asString());
        assertEquals(18, root.get("work_bits").asInt());
        assertEquals("work queues moved", root.get("arms").get(0).get("changes").get(0).asString());
        assertEquals("spin 1", root.get("loads").get(1).get("command").asString());
        JsonNode cell = root.get("cells").get(0);
        assertEquals(100_000, cell.get("p99_ns").get("value").asDouble());
        assertTrue(cell.get("p99_99_ns").isNull());
        assertEquals(0.3, cell.get("noise_ratio").get("value").asDouble(), 1e-9);
        assertEquals(2, cell.get("rounds").size());
        assertEquals(3_100_000, cell.get("rounds").get(1).get("max_ns").asDouble());
        assertEquals(1, cell.get("rounds").get(1).get("cores").get(0).get("cpu").asInt());
        assertEquals(40, cell.get("detours").get(cell.get("detours").size() - 1).get("count").asInt());
        assertEquals(0, root.get("cells").get(2).get("values").asInt());
        assertTrue(root.get("cells").get(2).get("min_ns").isNull());
        assertEquals("no difference", root.get("comparisons").get(0).get("verdict").asString());
    }

    @Test
    void csv() throws IOException {
        NoiseCsv.write(report(), folder);
        List<String> values = Files.readAllLines(folder.resolve("values.csv"));
        assertEquals(1 + 4 * 2000, values.size());
        assertEquals("linux,none,1,1,100000.0,100000.0", values.get(2));
        List<String> runs = Files.readAllLines(folder.resolve("runs.csv"));
        assertEquals(5, runs.size());
        assertEquals("lwk,none,2,1,true,2000,1000,200000000,1,3,2000000", runs.get(4));
    }
}
