package org.outrigger.lab.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTest {

    @Test
    void aBatch() {
        assertEquals(new Answer(Optional.empty(), 500, 0, List.of()), Answer.parse("done 1000 2.000000000 0"));
    }

    @Test
    void callsTimedByThemselves() {
        assertEquals(new Answer(Optional.empty(), 1000, 400,
                List.of(new Answer.Bucket(50.25, 3), new Answer.Bucket(400, 1))),
                Answer.parse("done 2000 2.0 800 100.5:3 800:1"));
    }

    @Test
    void aFailure() {
        assertEquals(Optional.of("Resource temporarily unavailable"),
                Answer.parse("failed Resource temporarily unavailable").failure());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "done", "done 1 2", "done x 2.0 0", "done 1 0.0 0", "done 1 NaN 0", "done 1 2.0 0 5",
        "done 1 2.0 0 5:x", "ready 1 2 3", "Segmentation fault"})
    void anythingElseIsNoAnswer(String line) {
        assertThrows(IllegalArgumentException.class, () -> Answer.parse(line));
    }
}
