package org.outrigger.kernel.triage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Nr;
import org.outrigger.abi.SyscallNames;

class TriageTableTest {

    private static final int SLOTS = 512;

    private final TriageTable table = TriageTable.standard();

    @Test
    void everyCallOfTheAbiHasItsLineAndNoOtherHas() {
        Map<Integer, String> named = new TreeMap<>();
        table.lines().forEach(line -> named.put(line.number(), line.name()));
        assertEquals(SyscallNames.all(), named);
    }

    @Test
    void everyLineHasAReason() {
        for (TriageLine line : table.lines()) {
            assertTrue(line.reason().length() >= 15, line.toString());
            assertFalse(line.reason().contains("  "), line.toString());
        }
    }

    @Test
    void theLwkServesWhatItPromises() {
        Set<String> served = table.lines().stream().filter(line -> line.disposition() == Disposition.LWK)
                .map(TriageLine::name).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(Set.of("getpid", "gettid", "sched_getaffinity", "sched_setaffinity", "sched_yield", "brk",
                "mmap", "munmap", "mremap", "madvise", "mprotect", "pkey_mprotect", "mlock", "mlock2", "mlockall",
                "munlock", "munlockall", "mbind", "set_mempolicy",
                "mincore", "msync", "setrlimit", "prlimit64", "clone", "clone3", "fork",
                "vfork", "execve", "execveat", "exit", "exit_group")), served);
    }

    @Test
    void flattensToArraysIndexedByNumber() {
        byte[] codes = table.dispositions(SLOTS);
        short[] errnos = table.errnos(SLOTS);
        assertEquals(SLOTS, codes.length);
        assertEquals(SLOTS, errnos.length);
        assertEquals(Disposition.LWK.code(), codes[Nr.GETPID]);
        assertEquals(Disposition.HERE.code(), codes[Nr.READ]);
        for (int number = 0; number < SLOTS; number++) {
            assertEquals(table.line(number).disposition().code(), codes[number]);
            assertEquals(0, errnos[number]);
        }
    }

    @Test
    void numbersThatTheTableLacksAreLeftToLinux() {
        for (int number : new int[] {337, 400, SyscallNames.NEWEST + 1, SLOTS - 1, 100_000, -1}) {
            TriageLine line = table.line(number);
            assertEquals(Disposition.HERE, line.disposition());
            assertEquals("syscall " + number, line.name());
        }
        assertEquals(0, Disposition.HERE.code());
    }

    @Test
    void codesAreDistinct() {
        Set<Byte> codes = new TreeSet<>();
        for (Disposition disposition : Disposition.values()) {
            assertTrue(codes.add(disposition.code()), disposition.name());
        }
    }

    @Test
    void overridesTakeThePlaceOfLinesAndSaySo() throws Exception {
        TriageTable changed = table.withOverrides(OverrideFile.parse("my.triage", """
                getpid HERE
                101 REFUSE EPERM   # ptrace
                gettid LWK
                """, table));
        assertEquals(new TriageLine(Nr.GETPID, "getpid", Disposition.HERE, 0, "set by my.triage:1 in place of LWK"),
                changed.line(Nr.GETPID));
        assertEquals(new TriageLine(Nr.PTRACE, "ptrace", Disposition.REFUSE, Errno.EPERM, "set by my.triage:2 in place of HERE"),
                changed.line(Nr.PTRACE));
        assertEquals("REFUSE EPERM", changed.line(Nr.PTRACE).verdict());
        assertEquals(table.line(Nr.GETTID), changed.line(Nr.GETTID));
        assertEquals(Disposition.REFUSE.code(), changed.dispositions(SLOTS)[Nr.PTRACE]);
        assertEquals(Errno.EPERM, changed.errnos(SLOTS)[Nr.PTRACE]);
        assertEquals(0, changed.errnos(SLOTS)[Nr.GETPID]);
        assertEquals(Disposition.LWK, table.line(Nr.GETPID).disposition());
    }

    @Test
    void aRefusalInTheListNamesItsErrno() {
        TriageLine line = TriageTable.parse("# comment\n\n101 ptrace REFUSE EPERM tracing is not for this job\n").line(Nr.PTRACE);
        assertEquals(new TriageLine(Nr.PTRACE, "ptrace", Disposition.REFUSE, Errno.EPERM, "tracing is not for this job"), line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 read HERE", "x read HERE why", "0 read LINUX why", "0 read REFUSE why not", "0 read REFUSE EPERM",
        "0", "0 read", " 0 read HERE  ",
        "0 read HERE why\n0 read HERE why"})
    void aWrongListIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> TriageTable.parse(text));
    }

    @Test
    void anErrnoGoesWithARefusalOnly() {
        assertThrows(IllegalArgumentException.class, () -> new TriageLine(0, "read", Disposition.HERE, Errno.EPERM, "why"));
        assertThrows(IllegalArgumentException.class, () -> new TriageLine(0, "read", Disposition.REFUSE, 0, "why"));
    }
}
