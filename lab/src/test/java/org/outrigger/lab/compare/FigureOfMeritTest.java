package org.outrigger.lab.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.lab.stats.Better;

class FigureOfMeritTest {

    private static List<FigureOfMerit> parse(List<String> expressions, String... better) {
        return FigureOfMerit.parse(expressions, List.of(better));
    }

    @Test
    void names() {
        assertEquals(List.of("fom", "gflops", "fom3"),
                parse(List.of("a(b)", "(?<gflops>\\d+)", "c(d)")).stream().map(FigureOfMerit::name).toList());
    }

    @Test
    void directions() {
        List<String> two = List.of("a(b)", "c(d)");
        assertEquals(List.of(Better.HIGHER, Better.HIGHER), parse(two).stream().map(FigureOfMerit::better).toList());
        assertEquals(List.of(Better.LOWER, Better.LOWER), parse(two, "lower").stream().map(FigureOfMerit::better).toList());
        assertEquals(List.of(Better.LOWER, Better.HIGHER),
                parse(two, "lower", "higher").stream().map(FigureOfMerit::better).toList());
        assertThrows(IllegalArgumentException.class, () -> parse(two, "lower", "lower", "lower"));
        assertThrows(IllegalArgumentException.class, () -> parse(List.of(), "lower"));
        assertThrows(IllegalArgumentException.class, () -> parse(two, "less"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "a(b        | 'a(b' is no regular expression: Unclosed group",
        "ab         | 'ab' has 0 groups",
        "(a)(b)     | '(a)(b)' has 2 groups"})
    void badExpressions(String expression, String message) {
        String said = assertThrows(IllegalArgumentException.class, () -> parse(List.of(expression))).getMessage();
        assertTrue(said.startsWith(message), said);
    }

    @Test
    void oneNameForTwo() {
        assertThrows(IllegalArgumentException.class, () -> parse(List.of("(?<x>a)", "(?<x>b)")));
    }

    /** JSON would have two keys of that name, and CSV two columns. */
    @ParameterizedTest
    @ValueSource(strings = {"round", "turn", "failure", "load", "arm"})
    void namesOfOtherColumns(String name) {
        String said = assertThrows(IllegalArgumentException.class, () -> parse(List.of("(?<" + name + ">a)"))).getMessage();
        assertTrue(said.startsWith("a figure of merit cannot be named '" + name + "'"), said);
    }

    @Test
    void theLastMatchCounts() {
        FigureOfMerit rate = parse(List.of("^rate ([0-9.e+]+)$")).get(0);
        assertEquals(Optional.of("3"), rate.find("rate 1\nthe rate 2\nrate 3\n"));
        assertEquals(Optional.empty(), rate.find("no rate\n"));
        assertEquals(Optional.of("2"), parse(List.of("x|y(2)")).get(0).find("y2 x"), "a match without the group is none");
    }

    @Test
    void anExpressionThatIsTooMuch() {
        assertEquals(Optional.empty(), parse(List.of("((?:a|b)*)c")).get(0).find("ab".repeat(200_000)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"1.5|1.5", "-2e-3|-0.002", "1,234,567.5|1234567.5", " 7 |7", "-12,345|-12345",
        "1,234e3|1234000"})
    void numbers(String text, double value) {
        assertEquals(OptionalDouble.of(value), FigureOfMerit.number(text));
    }

    @ParameterizedTest
    @CsvSource({"fast", "NaN", "Infinity", "''", "1..2", "'0,123'", "'3,1415'", "'1234,567'", "'1,234,56'", "'1.5,000'"})
    void noNumbers(String text) {
        assertEquals(OptionalDouble.empty(), FigureOfMerit.number(text));
    }
}
