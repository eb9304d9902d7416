package org.outrigger.lab.html;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.lab.compare.ComparePages;
import org.outrigger.lab.noise.NoiseKernel;
import org.outrigger.lab.noise.NoisePages;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Pages as text, where no browser is needed. */
class PageTest {
    @TempDir
    private Path folder;

    private static String written(Page page) {
        StringWriter out = new StringWriter();
        page.write(out);
        return out.toString();
    }

    private static JsonNode raw(RawValues values) {
        StringBuilder json = new StringBuilder();
        values.write(new Markup(json));
        return JsonMapper.shared().readTree(json.toString());
    }

    @Test
    void aPageIsTheSameEachTimeAndNothingInItLeadsOut() throws IOException {
        Path file = folder.resolve("page.html");
        Samples.page().write(file);
        String page = Files.readString(file);
        assertEquals(page, written(Samples.page()));
        assertTrue(page.startsWith("<!DOCTYPE html>") && page.endsWith("</html>\n"));
        assertTrue(page.contains("default-src 'none'") || page.contains("default-src &#39;none&#39;"));
        assertFalse(page.contains("<script>"), "no script");
        assertFalse(page.contains("<img"), "no picture from elsewhere");
    }

    @Test
    void aPageThatCannotBeWrittenIsAnError() {
        assertThrows(IOException.class, () -> Samples.page().write(folder));
        assertThrows(IOException.class, () -> Samples.page().write(Path.of("/dev/full")));
    }

    @Test
    void valuesAreWholeOrFoldedWithTheirExtremes() {
        double[] values = IntStream.range(0, 1000).mapToDouble(i -> i % 100 == 37 ? 5000 + i : 10.04).toArray();
        JsonNode whole = raw(new RawValues(1000, List.of(new RawValues.Series("a", "ns", 0.1, values)))).get("series").get(0);
        assertEquals(1, whole.get("bucket").asInt());
        assertEquals(1000, whole.get("values").size());
        assertEquals(10, whole.get("values").get(0).asDouble());
        assertEquals(5037, whole.get("values").get(37).asInt());
        JsonNode folded = raw(new RawValues(100, List.of(new RawValues.Series("a", "ns", 0, values)))).get("series").get(0);
        assertEquals(20, folded.get("bucket").asInt());
        assertEquals(100, folded.get("values").size());
        assertEquals(1000, folded.get("count").asInt());
        assertEquals(10.04, folded.get("values").get(2).asDouble());
        assertEquals(5037, folded.get("values").get(3).asDouble());
    }

    @Test
    void whatIsNoNumberIsNull() {
        JsonNode series = raw(new RawValues(10, List.of(new RawValues.Series("</script>", "s", 0, new double[] {Double.NaN,
                0.125}))))
                .get("series").get(0);
        assertTrue(series.get("values").get(0).isNull());
        assertEquals(0.125, series.get("values").get(1).asDouble());
        assertEquals("</script>", series.get("name").asString());
    }

    @Test
    void aDistributionKeepsItsTail() {
        double[] values = IntStream.range(0, 100_000).mapToDouble(i -> 100_000 - i).toArray();
        Distribution.Curve curve = Distribution.Curve.of("lwk", values);
        assertTrue(curve.values().length < 3000, () -> curve.values().length + " points");
        assertEquals(1, curve.shares()[0]);
        int last = curve.values().length - 1;
        assertEquals(100_000, curve.values()[last]);
        assertEquals(1e-5, curve.shares()[last], 1e-12);
        assertEquals(99_901, curve.values()[last - 99]);
        assertEquals(0, Distribution.Curve.of("lwk", new double[0]).count());
    }

    @Test
    void anArmLooksTheSameInEveryPage() {
        Palette all = new Palette(List.of("linux", "linux+cgroup", "linux+tuned", "lwk"));
        Palette two = new Palette(List.of("lwk", "lwk#2"));
        assertEquals(all.style("lwk"), two.style("lwk"));
        assertFalse(two.style("lwk#2").equals(two.style("lwk")));
        String[] many = IntStream.range(0, 12).mapToObj(i -> "linux#" + i).toArray(String[]::new);
        assertArrayEquals(new String[0], Arrays.stream(many).filter(arm -> new Palette(List.of(many)).style(arm).isEmpty())
                .toArray());
    }

    @Test
    void aPageOfNothingTellsSo() {
        assertTrue(written(NoisePages.empty()).contains("nothing of that kind was measured"));
        assertTrue(written(ComparePages.empty()).contains("no difference can be told"));
    }

    @Test
    void culpritsAreNamedWithWhatMendsThem() {
        String page = written(NoisePages.rich(NoiseKernel.FWQ));
        assertTrue(page.contains("vector local_timer") && page.contains("nohz_full=") && page.contains("user task &lt;spin&gt;"),
                page);
        assertTrue(page.contains("66.7\u00a0%") && page.contains("no steal is told") && page.contains("had no room"), page);
    }

    @Test
    void theEnvironmentIsInEveryPage() {
        String noise = written(NoisePages.even());
        assertTrue(noise.contains("work queues moved") && noise.contains("JVM flags") && noise.contains("clock source"), noise);
        String compare = written(ComparePages.rich());
        assertTrue(compare.contains("boot parameters") && compare.contains("a &quot;quoted&quot; word")
                && compare.contains("exited with status 3, &quot;badly&quot;"), compare);
    }
}
