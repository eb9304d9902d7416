package org.outrigger.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SignalsTest {

    @Test
    void namesAreThoseOfTheConstants() throws Exception {
        for (Map.Entry<String, Long> constant : Constants.of(Signals.class).entrySet()) {
            if (constant.getKey().matches("SIG[A-Z0-9]+") && constant.getValue() < Signals.SIGRTMIN) {
                assertEquals(constant.getKey(), Signals.name(constant.getValue().intValue()));
            }
        }
    }

    @Test
    void realTimeSignalsAreCountedAsTheLibraryDoes() {
        assertEquals("SIG32", Signals.name(32));
        assertEquals("SIGRTMIN", Signals.name(34));
        assertEquals("SIGRTMIN+3", Signals.name(37));
        assertEquals("SIGRTMIN+30", Signals.name(64));
        assertEquals("signal 65", Signals.name(65));
        assertEquals("signal 0", Signals.name(0));
    }

    @Test
    void everyNameLeadsBack() {
        for (int signal = 1; signal <= Signals.SIGRTMAX; signal++) {
            assertEquals(OptionalInt.of(signal), Signals.number(Signals.name(signal)));
        }
        assertEquals(OptionalInt.empty(), Signals.number("SIGNONE"));
    }

    @Test
    void bitsOfASet() {
        assertEquals(1, Signals.bit(Signals.SIGHUP));
        assertEquals(0x4000_0000L, Signals.bit(Signals.SIGSYS));
        assertEquals(Long.MIN_VALUE, Signals.bit(Signals.SIGRTMAX));
    }
}
