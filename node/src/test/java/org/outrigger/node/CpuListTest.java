package org.outrigger.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuListTest {
    /** 16 CPUs, of which 14 and 15 are offline and this process may use 4 to 11. */
    private static final Inventory MACHINE = new Inventory(CpuSet.range(0, 15), CpuSet.range(0, 13), CpuSet.range(4, 11));

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "4 | 4", "4-6 | 4-6", "4,6 | 4,6", "6,4,6 | 4,6", "4-5,5-7,10 | 4-7,10", "004 | 4",
        "4-11:2 | 4,6,8,10", "5-11:3 | 5,8,11", "4-11:1 | 4-11", "4-7:100 | 4",
        "4-11:1/4 | 4,8", "4-11:2/4 | 4-5,8-9", "4-10:3/4 | 4-6,8-10", "4-6:4/4 | 4-6",
        "all | 4-11", "all,5 | 4-11", "+0 | 4", "+7 | 11", "+1-3 | 5-7", "+0-7:2 | 4,6,8,10", "+0,11 | 4,11",
        "!4 | 5-11", "!0-3,5 | 4,6-11", "!+0-6 | 11", "!13 | 4-11", "4-99999999999999999999:99999999999999999999 | 4",
    })
    void names(String text, String cpus) throws CpuListException {
        assertEquals(cpus, CpuList.parse(text, MACHINE).toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "a | MALFORMED | 1 | a CPU number is wanted, not 'a'",
        "4, | MALFORMED | 3 | a CPU number is wanted, not the end",
        ",4 | MALFORMED | 1 | a CPU number is wanted, not ','",
        "4,,5 | MALFORMED | 3 | not ','",
        "4-5,x | MALFORMED | 5 | not 'x'",
        "4- | MALFORMED | 3 | the last CPU of the range is wanted",
        "-4 | MALFORMED | 1 | not '-'",
        "6-4 | MALFORMED | 3 | the range 6-4 runs backwards",
        "4-6: | MALFORMED | 5 | a stride of 1 or more is wanted, not the end",
        "4-6:0 | MALFORMED | 5 | a stride of 1 or more is wanted, not '0'",
        "4-6:1/ | MALFORMED | 7 | a group size of 1 or more is wanted",
        "4-6:1/0 | MALFORMED | 7 | a group size of 1 or more is wanted",
        "4-6:3/2 | MALFORMED | 7 | a group of 2 has no 3 CPUs to use",
        "4:2 | MALFORMED | 2 | ',' or the end is wanted, not ':'",
        "4 5 | MALFORMED | 2 | not ' '",
        "\" 4\" | MALFORMED | 1 | not ' '",
        "0xff | MALFORMED | 2 | not 'x'",
        "+ | MALFORMED | 2 | a position in the allowed CPUs is wanted, not the end",
        "! | MALFORMED | 2 | a CPU number is wanted, not the end",
        "4,!5 | MALFORMED | 3 | not '!'",
        "alles | MALFORMED | 4 | not 'e'",
        "\u0664 | MALFORMED | 1 | a CPU number is wanted",
        "16 | ABSENT | 1 | CPU 16 does not exist on this machine (online: 0-13)",
        "5,4-16:3 | ABSENT | 3 | CPU 16 does not exist",
        "99999999999999999999 | ABSENT | 1 | does not exist on this machine",
        "0-99999999999 | ABSENT | 1 | CPU 14 is offline",
        "15 | ABSENT | 1 | CPU 15 is offline (online: 0-13)",
        "!16 | ABSENT | 2 | CPU 16 does not exist",
        "3 | NOT_ALLOWED | 0 | CPU 3 is outside the allowed CPUs (4-11)",
        "0-5,12 | NOT_ALLOWED | 0 | CPUs 0-3,12 are outside the allowed CPUs (4-11)",
        "+8 | NOT_ALLOWED | 1 | position +8 is beyond the last of the allowed CPUs (4-11)",
        "4,+6-9 | NOT_ALLOWED | 3 | position +8 is beyond",
        "\"\" | EMPTY | 0 | the CPU list is empty",
        "!all | EMPTY | 0 | excludes every allowed CPU (4-11)",
        "!0-13 | EMPTY | 0 | names no CPU",
    })
    void refuses(String text, CpuListException.Problem problem, int column, String message) {
        CpuListException refusal = assertThrows(CpuListException.class, () -> CpuList.parse(text, MACHINE));
        assertEquals(problem, refusal.problem(), refusal.getMessage());
        assertEquals(column, refusal.column(), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(message), refusal.getMessage());
        assertTrue(text.isEmpty() || refusal.getMessage().contains("'" + text + "'"), refusal.getMessage());
    }

    @RepeatedTest(200)
    void readsWhatItWrites(RepetitionInfo repetition) throws CpuListException {
        Random random = new Random(repetition.getCurrentRepetition());
        TreeSet<Integer> members = CpuSetTest.randomMembers(random);
        members.add(random.nextInt(300));
        CpuSet cpus = CpuSetTest.set(members);
        CpuSet all = CpuSet.range(0, 400);
        assertEquals(cpus, CpuList.parse(cpus.toString(), new Inventory(all, all, all)));
        assertEquals(all.minus(cpus), CpuList.parse("!" + cpus, new Inventory(all, all, all)));
        assertEquals(cpus, CpuList.parse("all", new Inventory(all, all, cpus)));
        for (int i = 0; i < cpus.size(); i++) {
            assertEquals(CpuSet.of(cpus.toArray()[i]), CpuList.parse("+" + i, new Inventory(all, all, cpus)));
        }
    }

    /** Whatever the text: a set within the allowed CPUs or a refusal with a message, never anything else, and at once. */
    @RepeatedTest(500)
    void survivesAnyText(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append("0123456789,,--::/+!al ".charAt(random.nextInt(22)));
        }
        try {
            CpuSet cpus = CpuList.parse(text.toString(), MACHINE);
            assertTrue(!cpus.isEmpty() && MACHINE.allowed().containsAll(cpus), text.toString());
        } catch (CpuListException refusal) {
            assertTrue(refusal.column() <= text.length() + 1, text.toString());
        }
    }
}
