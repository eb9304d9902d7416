package org.outrigger.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes as users write them. */
class MemorySizeTest {
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "4097, 4097", "4k, 4096", "4K, 4096", "8m, 8388608", "2G, 2147483648", "1t, 1099511627776",
        "007, 7", "9223372036854775807, 9223372036854775807", "8388607T, 9223370937343148032"})
    void isRead(String text, long bytes) throws MemorySizeException {
        assertEquals(bytes, MemorySize.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "k", "-1", "+1", " 1", "1 ", "1.5G", "1kb", "1KiB", "0x10", "1e9", "G1", "\u0661", "1\u212a"})
    void isMalformed(String text) {
        assertEquals("'" + text + "' is not a size: digits are wanted, and then k, m, g, t or nothing",
                assertThrows(MemorySizeException.class, () -> MemorySize.parse(text)).getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775808", "99999999999999999999999", "8388608T", "9223372036854775807k"})
    void isTooLarge(String text) {
        assertEquals("'" + text + "' is more than any machine has",
                assertThrows(MemorySizeException.class, () -> MemorySize.parse(text)).getMessage());
    }

    @Test
    void isWritten() throws MemorySizeException {
        for (String text : new String[] {"0", "1", "4097", "4K", "1536M", "8G", "3T", "5000T"}) {
            assertEquals(text, MemorySize.text(MemorySize.parse(text)));
        }
        assertEquals("1G", MemorySize.text(1L << 30));
    }
}
