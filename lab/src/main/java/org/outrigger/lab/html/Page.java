package org.outrigger.lab.html;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A report as one HTML file. It loads nothing and runs nothing: its policy for content forbids both, so that a report from a
 * stranger can be opened without fear.
 *
 * @param title    what was measured
 * @param subtitle where, when and by which version
 * @param arms     all arms, in the order in which every chart and legend has them
 * @param sections its parts
 */
public record Page(String title, String subtitle, List<String> arms, List<Section> sections) {
    private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
            + " form-action 'none'";
    private static final String STYLE = "report.css";
    private static final int SHORT = 36;
    private static final int WIDTH = 960;
    private static final int HALF_WIDTH = 450;
    /** A figure with its unit, its share, its interval. */
    private static final Pattern NUMBER = Pattern.compile("[-+\u2212\u00b1]?[0-9][0-9.,]*"
            + "([\u00a0 ]?(ns|\u00b5s|us|ms|s|%|\u00d7|x|B|[KMG]iB|per s))?([ \u00a0]\\(.*\\))?|\u2013|-");

    public Page {
        arms = List.copyOf(arms);
        sections = List.copyOf(sections);
    }

    /**
     * Writes the page to a file, which is made or replaced.
     *
     * @throws IOException when that fails; the file may then hold a part of the page
     */
    public void write(Path file) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            write(out);
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
    }

    /** Writes the page, a piece at a time: a page may be larger than what there is of memory for it. */
    void write(Writer out) {
        Markup html = new Markup(out);
        html.raw("<!DOCTYPE html>\n").open("html", "lang", "en").open("head").empty("meta", "charset", "utf-8")
                .empty("meta", "http-equiv", "Content-Security-Policy", "content", POLICY)
                .empty("meta", "name", "viewport", "content", "width=device-width,initial-scale=1")
                .empty("meta", "name", "color-scheme", "content", "light dark")
                .empty("link", "rel", "icon", "href", "data:,").leaf("title", title);
        html.open("style").raw("\n:root{").raw(Palette.properties(false))
                .raw("}\n@media screen and (prefers-color-scheme:dark){:root{")
                .raw(Palette.properties(true)).raw("}}\n").raw(Palette.rules()).raw(style()).close();
        html.close().line().open("body").open("header").leaf("h1", title).leaf("p", subtitle).close().open("main").line();
        Palette palette = new Palette(arms);
        for (Section section : sections) {
            html.open("section").leaf("h2", section.heading()).line();
            section.blocks().forEach(block -> block(html, palette, block));
            html.close().line();
        }
        html.close().close().close().line();
    }

    private static String style() {
        try (InputStream style = Page.class.getResourceAsStream(STYLE)) {
            return new String(style.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private void block(Markup html, Palette palette, Block block) {
        switch (block) {
            case Block.Paragraph paragraph -> html.leaf("p", paragraph.text());
            case Block.Finding finding -> finding(html, finding);
            case Block.Table table -> table(html, table);
            case Block.Figure figure -> figure(html, palette, figure);
            case Block.Raw raw -> raw(html, raw.values());
            case Block.Folded folded -> {
                html.open("details").leaf("summary", folded.summary());
                block(html, palette, folded.block());
                html.close();
            }
        }
        html.line();
    }

    private static void finding(Markup html, Block.Finding finding) {
        String tone = switch (finding.tone()) {
            case GOOD -> "good";
            case BAD -> "bad";
            case EVEN -> "even";
        };
        html.open("p", "class", "finding " + tone).leaf("strong", finding.word()).text(" ").leaf("span",
                finding.sentence()).close();
    }

    private static void table(Markup html, Block.Table table) {
        html.open("div", "class", "wide").open("table");
        if (!table.caption().isEmpty()) {
            html.leaf("caption", table.caption());
        }
        html.open("thead").open("tr");
        for (int column = 0; column < table.heads().size(); column++) {
            html.leaf("th", table.heads().get(column), "scope", "col", "class", style(table, column));
        }
        html.close().close().open("tbody").line();
        for (List<String> row : table.rows()) {
            html.open("tr");
            for (int column = 0; column < row.size(); column++) {
                html.leaf("td", row.get(column), "class", style(table, column));
            }
            html.close().line();
        }
        html.close().close().close();
    }

    /** Columns of figures stand at the right; those of short texts are not broken. */
    private static String style(Block.Table table, int column) {
        List<String> cells = table.rows().stream().map(row -> row.get(column)).toList();
        return !cells.isEmpty() && cells.stream().allMatch(cell -> cell.isEmpty() || NUMBER.matcher(cell).matches()) ? "n"
                : cells.stream().allMatch(cell -> cell.length() <= SHORT) ? "s" : "";
    }

    private void figure(Markup html, Palette palette, Block.Figure figure) {
        html.open("figure").leaf("figcaption", figure.caption());
        legend(html, palette, figure.charts());
        int width = figure.columns() == 1 ? WIDTH : HALF_WIDTH;
        html.open("div", "class", figure.columns() == 1 ? "charts" : "charts two").line();
        for (Chart chart : figure.charts()) {
            int height = chart.height(width);
            html.open("div", "class", "chart").leaf("h3", chart.title());
            html.open("svg", "role", "img", "aria-label", chart.title(), "viewBox", "0 0 " + width + " " + height, "width",
                    Integer.toString(width), "height", Integer.toString(height));
            chart.draw(html, palette, width, height);
            html.close().close().line();
        }
        html.close().close();
    }

    private void legend(Markup html, Palette palette, List<? extends Chart> charts) {
        List<String> drawn = arms.stream().filter(arm -> charts.stream().anyMatch(chart -> chart.arms().contains(arm))).toList();
        if (drawn.isEmpty()) {
            return;
        }
        html.open("ul", "class", "legend");
        for (String arm : drawn) {
            html.open("li").open("svg", "class", palette.style(arm), "viewBox", "0 0 28 12", "width", "28", "height", "12",
                    "aria-hidden", "true");
            html.shape("path", "class", "curve", "stroke-dasharray", palette.dashes(arm), "d", "M0 6H28");
            html.shape("circle", "class", "point", "cx", "14", "cy", "6", "r", "3.5");
            html.close().text(arm).close();
        }
        html.close();
    }

    private static void raw(Markup html, RawValues values) {
        int bucket = values.bucket();
        html.leaf("p", values.series().size() + " series of " + Unit.digits(values.count())
                + " values are inside this file, as JSON in the"
                + " element with the id \u201coutrigger-data\u201d. " + (bucket == 1 ? "No value was left out."
                : "To keep the file small, of each " + Unit.digits(bucket) + " values the smallest and the largest are there."));
        html.open("script", "type", "application/json", "id", "outrigger-data");
        values.write(html);
        html.close();
    }
}
