package org.outrigger.lab.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.load.Load;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class RenderingTest {
    private static final List<String> NO_MERITS = List.of();

    private static List<String> sentences(CompareReport report) {
        return report.findings().stream().map(Finding::sentence).toList();
    }

    @Test
    void fasterAndSlower() {
        CompareRequest request = Reports.request("linux,native,native", 10, 0, List.of("(?<rate>.)"));
        List<String> sentences = sentences(Reports.report(request, 1, 0.8, 2.5));
        assertTrue(sentences.get(0).matches("rate: native is faster than linux: 1\\.2\\d\\d times linux's \\(1.* to 1.*\\),"
                + " 25 % more\\."),
                sentences.get(0));
        assertTrue(sentences.get(1).matches("rate: native#2 is slower than linux: 0\\.4\\d\\d times .*, a factor of"
                + " 2.5\\d\\d worse\\."
                .replace("2.5\\d\\d", "2\\.\\d{3}")), sentences.get(1));
        assertTrue(sentences.get(2).matches("wall time: native is faster than linux: 0\\.(8|79)\\d* times .*, 20 % less\\."),
                sentences.get(2));
        assertTrue(sentences.get(3).startsWith("wall time: native#2 is slower than linux: 2."), sentences.get(3));
        assertEquals(4, sentences.size(), "no launch to be judged without an LWK");
        assertEquals(6, sentences(Reports.report(Reports.request("linux,lwk,lwk", 10, 0, List.of("(?<rate>.)")), 1, 1,
                1)).size());
    }

    @Test
    void noDifference() {
        String plain = sentences(Reports.report(Reports.request("linux,native", 10, 0, NO_MERITS), 1, 1)).get(0);
        assertTrue(plain.matches("wall time: no difference between native and linux is shown: (1\\.00|0\\.99)\\d times .*"),
                plain);
        String limit = sentences(Reports.report(Reports.request("linux,native", 10, 0.1, NO_MERITS), 1, 1.05)).get(0);
        assertTrue(limit.startsWith("wall time: no difference above 10 % between native and linux, and the data exclude one:"
                + " 1.0"), limit);
        String above = sentences(Reports.report(Reports.request("linux,native", 10, 0.1, NO_MERITS), 1, 1.2)).get(0);
        assertTrue(above.startsWith("wall time: native is slower than linux by more than 10 %: 1."), above);
        String few = sentences(Reports.report(Reports.request("linux,native", 3, 0, NO_MERITS), 1, 2)).get(0);
        assertTrue(few.matches("wall time: no difference can be told from 3 rounds, 6 are needed; native had [12]\\.\\d+"
                + " times linux's\\."),
                few);
    }

    /** Ended before its load began: there is nothing to be put into a table. */
    @Test
    void aLoadThatWasNotReached() {
        CompareReport whole = Reports.report(Reports.request("linux,native", 8, 0, NO_MERITS), 1, 1);
        List<LoadRuns> loads = new ArrayList<>(whole.loads());
        loads.add(new LoadRuns(Load.parse("cpu").get(0), "",
                whole.request().arms().stream().map(arm -> new ArmRuns(arm, List.of())).toList()));
        String text = CompareText.render(new CompareReport(whole.request(), whole.environment(), whole.start(), whole.duration(),
                true, loads, whole.arms(), whole.notes()), "9");
        assertTrue(text.contains("\nLoad: cpu\nnot measured\n\nsystem calls, "), text);
    }

    @Test
    void nothingThatCounts() {
        CompareRequest request = Reports.request("linux,native", 2, 0, List.of("(.)"));
        List<ArmRuns> arms = request.arms().stream()
                .map(arm -> new ArmRuns(arm, List.of(Reports.failed(1, 1), Reports.failed(2, 1)))).toList();
        CompareReport report = Reports.report(request, arms);
        assertFalse(report.complete());
        assertTrue(CompareText.render(report, "1").endsWith("\nNo run counts, so there is nothing to compare.\n"));
        assertTrue(sentences(report).get(0).contains("no difference can be told, since no round has both"),
                sentences(report).get(0));
        JsonNode json = new ObjectMapper().readTree(CompareJson.render(report, "1"));
        assertTrue(json.at("/loads/0/arms/0/figures/wall_s/median").isNull());
        assertEquals("no difference", json.at("/findings/0/verdict").asString());
    }

    @Test
    void text() {
        CompareReport report = Reports.report(Reports.request("linux,lwk", 10, 0, List.of("(?<rate>.)")), 1, 0.5);
        String text = CompareText.render(report, "0.1.0");
        for (String line : List.of("outrigger 0.1.0", "program   ./solver a \"quoted\" word",
                "rounds    10, after 1 warm-up; 5 s",
                "linux     a change", "lwk       NOT DONE: a wish", "note      A note.",
                "system calls, linux: 144 (counting)", "system calls, lwk: unknown (counting)")) {
            assertTrue(text.contains(line + "\n"), line + " is not in\n" + text);
        }
        assertTrue(text.contains("\nIntervals of verdicts are of 98.33 % each, so that all 3 together hold in 95 % of"
                + " comparisons; others are"
                + " of 95 %.\n"), text);
        assertTrue(text.lines().anyMatch(line -> line.matches("wall time +1\\.\\d+ s +\\d+\\.\\d ms +0\\.\\d{3} \\(0.* to"
                + " 0.*\\)")), text);
        assertTrue(text.lines().anyMatch(line -> line.matches("resident memory +5\\.000 MiB +5\\.000 MiB +1\\.000 .*")), text);
    }

    /** A run that fails leaves its round out, of both arms. */
    @Test
    void aFailedRun() {
        CompareRequest request = Reports.request("linux,native", 8, 0, NO_MERITS);
        List<ArmRuns> arms = new ArrayList<>();
        for (Arm arm : request.arms()) {
            List<Run> runs = new ArrayList<>(IntStream.rangeClosed(1, 8).mapToObj(round -> Reports.good(round, 1, 1, 0))
                    .toList());
            runs.set(arms.isEmpty() ? 0 : 7, Reports.failed(arms.isEmpty() ? 1 : 8, 0));
            arms.add(new ArmRuns(arm, runs));
        }
        CompareReport report = Reports.report(request, arms);
        assertEquals(6, report.findings().get(0).comparison().rounds());
        assertEquals(8, report.rounds());
        assertTrue(report.complete());
        String text = CompareText.render(report, "1");
        assertTrue(text.contains("linux: 1 run failed; round 1 exited with status 3, \"badly\"\n"), text);
        List<String> lines = CompareCsv.render(report).lines().toList();
        assertEquals(17, lines.size());
        assertEquals("none,1,0,linux,\"exited with status 3, \"\"badly\"\"\"", lines.get(1).replaceFirst(",[,0]*$", ""));
        assertEquals("none,2,0,linux,,1,1.2,0.5,0.25,0.85,1002,0,3,4,5242880", lines.get(2));
        assertTrue(lines.get(0).startsWith("load,round,turn,arm,failure,wall_s,launched_wall_s,user_s,"), lines.get(0));
    }

    /** Every key of the JSON is described, and every one that is described is there. */
    @Test
    void jsonAsDocumented() throws IOException {
        CompareReport report = Reports.report(Reports.request("linux,lwk", 10, 0, List.of("(?<rate>.)")), 1, 0.5);
        JsonNode json = new ObjectMapper().readTree(CompareJson.render(report, "0.1.0"));
        TreeSet<String> found = new TreeSet<>();
        keys("", json, found);
        TreeSet<String> told = new TreeSet<>();
        Files.readString(Path.of("../docs/compare.md")).lines().filter(line -> line.startsWith("| `")).forEach(line -> {
            String[] names = line.split("\\|")[1].split("`");
            for (int i = 1; i < names.length; i += 2) {
                told.add(names[i]);
            }
        });
        assertEquals(told, found);
        assertEquals("faster", json.at("/findings/1/verdict").asString());
        assertEquals("wall_s", json.at("/findings/1/figure").asString());
        assertEquals(report.findings().get(1).sentence(), json.at("/findings/1/sentence").asString());
        assertEquals(0.5, json.at("/loads/0/arms/1/figures/wall_s/to_baseline/ratio").asDouble(), 0.01);
        assertEquals(10, json.at("/loads/0/arms/1/runs").size());
    }

    /** Paths of the values; what is named by figures, facts and figures of merit is one and the same. */
    private static void keys(String path, JsonNode node, TreeSet<String> found) {
        if (node.isObject()) {
            node.properties().forEach(member -> {
                boolean free = path.endsWith("figures") || path.equals("environment");
                keys(path + (path.isEmpty() ? "" : ".") + (free ? "*" : member.getKey()), member.getValue(), found);
            });
        } else if (node.isArray() && !node.isEmpty()) {
            node.forEach(element -> keys(path + "[]", element, found));
        } else {
            found.add(path.replaceAll("runs\\[\\]\\.(rate|.*_s|.*_faults|.*_switches|.*_bytes)$", "runs[].*") + (node.isArray()
                    ? "[]" : ""));
        }
    }
}
