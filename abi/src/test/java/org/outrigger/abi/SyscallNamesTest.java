package org.outrigger.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SyscallNamesTest {

    @Test
    void constantsAndNamesAgree() throws Exception {
        Map<String, Long> named = new TreeMap<>();
        SyscallNames.all().forEach((number, name) ->
                named.put((name.equals("_sysctl") ? "sysctl" : name).toUpperCase(Locale.ROOT), number.longValue()));
        assertEquals(named, Constants.of(Nr.class));
    }

    @Test
    void everyNumberOfTheAbiHasAName() {
        assertTrue(IntStream.rangeClosed(0, Nr.UPROBE).allMatch(number -> SyscallNames.name(number).isPresent()));
        assertTrue(IntStream.rangeClosed(Nr.PIDFD_SEND_SIGNAL, SyscallNames.NEWEST)
                .allMatch(number -> SyscallNames.name(number).isPresent()));
        assertEquals(337 + 46, SyscallNames.all().size());
        assertEquals(SyscallNames.NEWEST, SyscallNames.all().lastKey());
    }

    @Test
    void namesAndNumbersAreThoseOfTheSystemHeader() throws Exception {
        SystemHeader.read("asm/unistd_64.h").forEach((macro, number) -> {
            if (macro.startsWith("__NR_") && number <= SyscallNames.NEWEST) {
                assertEquals(macro.substring("__NR_".length()), SyscallNames.describe(number.intValue()));
            }
        });
    }

    @Test
    void looksUpBothWays() {
        assertEquals("openat", SyscallNames.name(257).orElseThrow());
        assertEquals(OptionalInt.of(435), SyscallNames.number("clone3"));
        assertEquals(OptionalInt.empty(), SyscallNames.number("opnat"));
        assertFalse(SyscallNames.name(400).isPresent());
        assertFalse(SyscallNames.name(-1).isPresent());
        assertEquals("syscall 400", SyscallNames.describe(400));
    }
}
