package org.outrigger.kernel.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTextTest {

    private static String golden(String name) throws IOException {
        try (InputStream in = ReportTextTest.class.getResourceAsStream(name)) {
            assertNotNull(in, name);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aFullReportReadsAsRecorded() throws IOException {
        assertEquals(golden("full.txt"), ReportText.render(Sample.full()));
    }

    @Test
    void anEmptyReportReadsAsRecorded() throws IOException {
        assertEquals(golden("empty.txt"), ReportText.render(Sample.empty()));
    }

    @Test
    void aProgramCannotWriteToTheTerminalThroughItsName() {
        assertEquals("\\x1b[2J\\x0a\\x9bx\\x202e", Printable.text("\u001b[2J\n\u009bx\u202e"));
        assertTrue(Printable.text("\ud800").startsWith("\\x"));
        assertEquals("größe 数", Printable.text("größe 数"));
    }

    @Test
    void commandsCanBePastedBack() {
        assertEquals("ls -l /a+b '' 'a b' 'it'\\''s' '$x'",
                Printable.command(List.of("ls", "-l", "/a+b", "", "a b", "it's", "$x")));
    }

    @Test
    void timesHaveThreeDigitsAndTheirUnit() {
        assertEquals("0 ns", Quantity.time(0));
        assertEquals("999 ns", Quantity.time(999));
        assertEquals("1.00 us", Quantity.time(1000));
        assertEquals("10.0 us", Quantity.time(9_999));
        assertEquals("999 us", Quantity.time(999_499));
        assertEquals("1.00 ms", Quantity.time(999_500));
        assertEquals("12.3 s", Quantity.time(12_345_678_901L));
        assertEquals("7200 s", Quantity.time(7_200_000_000_000L));
    }

    @Test
    void bytesHaveBinaryUnits() {
        assertEquals("-", Quantity.bytes(JobReport.UNKNOWN));
        assertEquals("1023 B", Quantity.bytes(1023));
        assertEquals("1.00 KiB", Quantity.bytes(1024));
        assertEquals("128 MiB", Quantity.bytes(128 << 20));
        assertEquals("2.00 GiB", Quantity.bytes(1L << 31));
    }
}
