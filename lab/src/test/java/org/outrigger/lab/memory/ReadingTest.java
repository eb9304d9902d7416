package org.outrigger.lab.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program says of a batch. */
class ReadingTest {
    @Test
    void timeAndUse() {
        Reading reading = Reading.parse("done 1000 2.0 10 5:1 | 3 1 7 4096 8192 0 2097152");
        assertEquals(500, reading.answer().nanoseconds());
        assertEquals(Optional.of(new Usage(3, 1, Optional.of(7L), 4096, 8192, 0, 2_097_152)), reading.usage());
    }

    @Test
    void callsThatWereNotCounted() {
        assertEquals(Optional.empty(), Reading.parse("done 1000 2.0 10 | 3 1 -1 4096 8192 0 0").usage().orElseThrow().calls());
    }

    @Test
    void aFailure() {
        Reading reading = Reading.parse("failed Cannot allocate memory");
        assertEquals(Optional.of("Cannot allocate memory"), reading.answer().failure());
        assertEquals(Optional.empty(), reading.usage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "done 1000 2.0 10", "done 1000 2.0 10 | 1 2 3", "done 1000 2.0 10 | 1 2 3 4 5 6 x",
        "| 1 2 3 4 5 6 7"})
    void anythingElseIsNoAnswer(String line) {
        assertThrows(IllegalArgumentException.class, () -> Reading.parse(line));
    }
}
