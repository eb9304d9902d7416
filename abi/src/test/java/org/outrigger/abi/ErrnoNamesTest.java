package org.outrigger.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ErrnoNamesTest {

    @Test
    void everyConstantHasItsName() throws Exception {
        Map<String, Long> constants = Constants.of(Errno.class);
        constants.forEach((name, number) -> assertEquals(OptionalInt.of(number.intValue()), ErrnoNames.number(name), name));
        assertEquals(131 + 3, constants.size());
    }

    @Test
    void everyNumberHasOneNameAndAMeaning() throws Exception {
        for (Long number : Constants.of(Errno.class).values()) {
            assertEquals(OptionalInt.of(number.intValue()), ErrnoNames.number(ErrnoNames.name(number.intValue())));
            assertEquals(false, ErrnoNames.message(number.intValue()).startsWith("Unknown"), ErrnoNames.name(number.intValue()));
        }
    }

    @Test
    void numbersAreThoseOfTheSystemHeaders() throws Exception {
        Map<String, Long> defined = new HashMap<>(SystemHeader.read("asm-generic/errno-base.h"));
        defined.putAll(SystemHeader.read("asm-generic/errno.h"));
        defined.forEach((name, number) -> assertEquals(name, ErrnoNames.name(number.intValue())));
        assertEquals(131, defined.size());
    }

    @Test
    void aliasesAreUnderstoodAndTheKernelsNameIsGiven() {
        assertEquals(OptionalInt.of(Errno.EAGAIN), ErrnoNames.number("EWOULDBLOCK"));
        assertEquals("EAGAIN", ErrnoNames.name(Errno.EWOULDBLOCK));
        assertEquals("EOPNOTSUPP", ErrnoNames.name(Errno.ENOTSUP));
        assertEquals("EDEADLK", ErrnoNames.name(Errno.EDEADLOCK));
        assertEquals("Permission denied", ErrnoNames.message(Errno.EACCES));
    }

    @Test
    void whatHasNoNameSaysItsNumber() {
        assertEquals("errno 41", ErrnoNames.name(41));
        assertEquals("Unknown error 0", ErrnoNames.message(0));
        assertEquals(OptionalInt.empty(), ErrnoNames.number("EWHATEVER"));
    }
}
