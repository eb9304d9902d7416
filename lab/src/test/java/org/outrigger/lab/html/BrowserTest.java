package org.outrigger.lab.html;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.outrigger.lab.compare.ComparePages;
import org.outrigger.lab.noise.NoiseKernel;
import org.outrigger.lab.noise.NoisePages;
import tools.jackson.databind.JsonNode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What a real browser makes of a report. Its pictures are left in {@code lab/target/reports}, for people to look at. Skipped
 * where no chromium is installed.
 */
class BrowserTest {
    private static final Path PICTURES = Path.of("target", "reports");
    private static final int WIDTH = 1050;
    private static final int HEIGHT = 900;
    private static final int PHONE = 390;
    /** The width of A4 without its margins, 182 mm. */
    private static final int PAPER = 688;
    /** Pixels of an arm's colour that the emptiest chart has. */
    private static final int FEWEST_PIXELS = 30;
    private static final int CHARTS = 21;
    private static final String SAMPLE = "sample";
    private static final Map<String, Page> PAGES = new TreeMap<>(Map.of(SAMPLE, Samples.page(), "compare", ComparePages.rich(),
        "compare-single", ComparePages.single(), "noise-fwq", NoisePages.rich(NoiseKernel.FWQ), "noise-selfish",
        NoisePages.rich(NoiseKernel.SELFISH), "noise-even",
        NoisePages.even()));
    /** Boxes of the labels of each chart. */
    private static final String LABELS = """
        [...document.querySelectorAll('.chart>svg')].map(svg => {
            const s = svg.getBoundingClientRect();
            return {title: svg.getAttribute('aria-label'), texts: [...svg.querySelectorAll('text')].map(t => {
                const b = t.getBoundingClientRect();
                return {text: t.textContent, x: b.x - s.x, y: b.y - s.y, w: b.width, h: b.height, sw: s.width, sh: s.height};
            })};
        })""";
    private static final String BOXES = """
        [...document.querySelectorAll('.chart>svg')].map(s => {
            const b = s.getBoundingClientRect();
            return {title: s.getAttribute('aria-label'), x: b.x + scrollX, y: b.y + scrollY, w: b.width, h: b.height};
        })""";
    private static final String TABLES_FIT = """
        [...document.querySelectorAll('table')].every(table => table.getBoundingClientRect().right <= innerWidth)""";
    private static final String FOLDED = "document.querySelector('details td').checkVisibility({contentVisibilityAuto: true})";

    @TempDir
    private static Path folder;
    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> program = Browser.installed();
        if (program.isPresent()) {
            browser = new Browser(program.get(), Files.createDirectory(folder.resolve("profile")));
            Files.createDirectories(PICTURES);
            for (Map.Entry<String, Page> page : PAGES.entrySet()) {
                page.getValue().write(PICTURES.resolve(page.getKey() + ".html"));
            }
        }
    }

    @AfterAll
    static void end() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void isThere() {
        assumeTrue(browser != null, "no chromium is installed: what a browser makes of a report was not looked at");
    }

    private static void open(String page) throws Exception {
        browser.open(PICTURES.resolve(page + ".html").toAbsolutePath(), WIDTH, HEIGHT);
    }

    static Stream<String> pages() {
        return PAGES.keySet().stream();
    }

    private static BufferedImage picture(String name) throws Exception {
        byte[] png = browser.picture();
        Files.write(PICTURES.resolve(name), png);
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void aPageIsAsItShouldBe(String page) throws Exception {
        open(page);
        nothingIsLoadedAndNothingGoesWrong(page);
        browser.medium("screen", false);
        BufferedImage day = picture(page + ".png");
        everyChartIsDrawn(day);
        assertTrue(brightness(day, 2, 2) > 240, "white paper");
        labelsCanBeRead();
    }

    private static void nothingIsLoadedAndNothingGoesWrong(String page) {
        assertEquals(List.of(), browser.complaints());
        List<String> asked = browser.requests().stream().filter(url -> !url.startsWith("data:")).toList();
        assertEquals(1, asked.size(), asked::toString);
        assertTrue(asked.get(0).endsWith("/" + page + ".html"), asked::toString);
    }

    /** So that the test before means something. */
    @Test
    void theBrowserTellsOfAPageThatLoadsOrFails() throws Exception {
        Path bad = Files.writeString(folder.resolve("bad.html"), "<!DOCTYPE html><img src='" + folder.toUri()
                + "none.png'><script>nothing.at.all()</script>");
        browser.open(bad, WIDTH, HEIGHT);
        assertEquals(2, browser.requests().size(), browser.requests()::toString);
        assertTrue(browser.complaints().toString().contains("nothing is not defined"), browser.complaints()::toString);
    }

    @Test
    void aPageThatIsTamperedWithMayNotLoadEither() throws Exception {
        String page = Files.readString(PICTURES.resolve("sample.html")).replace("<main>",
                "<main><script>document.title='x'</script>"
                + "<img id=bad src='" + folder.toUri() + "none.png'>");
        browser.open(Files.writeString(folder.resolve("tampered.html"), page), WIDTH, HEIGHT);
        assertFalse(browser.value("document.title").asString().equals("x"));
        assertTrue(browser.complaints().toString().contains("Content Security Policy"), browser.complaints()::toString);
    }

    @Test
    void whatUsersNamedThingsIsTextAndNothingElse() throws Exception {
        open(SAMPLE);
        assertEquals(("Noise of " + Samples.NASTY).replace('\u0001', '\ufffd'), browser.value("document.title").asString());
        assertEquals(0, browser.value("document.images.length").asInt());
        assertEquals(1, browser.value("document.scripts.length").asInt());
        JsonNode first = browser.value("JSON.parse(document.getElementById('outrigger-data').textContent).series[0]");
        assertEquals("fwq/linux/none/" + Samples.NASTY, first.get("name").asString());
        assertEquals(first.get("count").asInt(), first.get("values").size());
    }

    @Test
    void byNightToo() throws Exception {
        open(SAMPLE);
        assertEquals(CHARTS, browser.value(BOXES).size());
        browser.medium("screen", true);
        BufferedImage night = picture("sample-night.png");
        everyChartIsDrawn(night);
        assertTrue(brightness(night, 2, 2) < 40, "dark paper");
    }

    private static void everyChartIsDrawn(BufferedImage picture) throws Exception {
        JsonNode boxes = browser.value(BOXES);
        assertTrue(boxes.size() >= 2, boxes::toString);
        for (JsonNode box : boxes) {
            int width = box.get("w").asInt();
            int height = box.get("h").asInt();
            assertTrue(width >= 300 && height >= 80, box::toString);
            int coloured = 0;
            for (int x = box.get("x").asInt(); x < box.get("x").asInt() + width; x++) {
                for (int y = box.get("y").asInt(); y < box.get("y").asInt() + height; y++) {
                    coloured += saturation(picture.getRGB(x, y)) > 40 ? 1 : 0;
                }
            }
            int drawn = coloured;
            assertTrue(drawn >= FEWEST_PIXELS, () -> drawn + " pixels of " + box);
        }
    }

    private static int saturation(int rgb) {
        int red = rgb >> 16 & 255;
        int green = rgb >> 8 & 255;
        int blue = rgb & 255;
        return Math.max(red, Math.max(green, blue)) - Math.min(red, Math.min(green, blue));
    }

    private static int brightness(BufferedImage picture, int x, int y) {
        return picture.getRGB(x, y) & 255;
    }

    /** No label is cut off or stands on another, and no page is wider than its window. */
    private static void labelsCanBeRead() throws Exception {
        for (JsonNode chart : browser.value(LABELS)) {
            JsonNode texts = chart.get("texts");
            assertTrue(texts.size() >= 3, chart::toString);
            for (int i = 0; i < texts.size(); i++) {
                JsonNode text = texts.get(i);
                assertTrue(text.get("x").asDouble() > -1 && text.get("y").asDouble() > -1
                        && text.get("x").asDouble() + text.get("w").asDouble() < text.get("sw").asDouble() + 1
                        && text.get("y").asDouble() + text.get("h").asDouble() < text.get("sh").asDouble() + 1,
                        () -> "cut off in " + chart.get("title") + ": " + text);
                for (int j = 0; j < i; j++) {
                    JsonNode other = texts.get(j);
                    assertFalse(overlap(text, other), () -> "in " + chart.get("title") + ": " + text + " on " + other);
                }
            }
        }
        assertTrue(browser.value("document.documentElement.scrollWidth").asInt() <= WIDTH);
        browser.size(PHONE, HEIGHT);
        assertTrue(browser.value("document.documentElement.scrollWidth").asInt() <= PHONE);
    }

    private static boolean overlap(JsonNode one, JsonNode other) {
        return apart(one, other, "x", "w") < -1 && apart(one, other, "y", "h") < -3; // a line's box is higher than its letters
    }

    private static double apart(JsonNode one, JsonNode other, String from, String size) {
        return Math.max(one.get(from).asDouble(), other.get(from).asDouble())
                - Math.min(one.get(from).asDouble() + one.get(size).asDouble(), other.get(from).asDouble()
                + other.get(size).asDouble());
    }

    @Test
    void itPrints() throws Exception {
        open(SAMPLE);
        browser.medium("print", true); // a dark screen, and white paper all the same
        assertEquals("rgb(255, 255, 255)",
                browser.value("getComputedStyle(document.documentElement).backgroundColor").asString());
        assertTrue(browser.value(FOLDED).asBoolean(), "what is folded on the screen is open in print");
        open("noise-fwq");
        browser.medium("print", false);
        browser.size(PAPER, HEIGHT);
        assertTrue(browser.value(TABLES_FIT).asBoolean(), "no table is wider than the paper");
        byte[] pdf = browser.printed();
        Files.write(PICTURES.resolve("noise-fwq.pdf"), pdf);
        assertEquals("%PDF-", new String(pdf, 0, 5, StandardCharsets.ISO_8859_1));
    }
}
