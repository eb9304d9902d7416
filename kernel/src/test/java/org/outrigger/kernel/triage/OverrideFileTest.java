package org.outrigger.kernel.triage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.triage.OverrideFile.Choice;

class OverrideFileTest {

    private static final TriageTable STANDARD = TriageTable.standard();

    @Test
    void readsNamesNumbersCommentsAndBlanks() throws Exception {
        OverrideFile file = OverrideFile.parse("f", """
                # identity by Linux
                getpid HERE

                \t 186   HERE# gettid
                ptrace REFUSE EPERM
                mmap LWK\r
                io_uring_setup REFUSE ENOTSUP
                """, STANDARD);
        assertEquals(List.of(
                new Choice(Nr.GETPID, Disposition.HERE, 0, 2, 8),
                new Choice(Nr.GETTID, Disposition.HERE, 0, 4, 9),
                new Choice(Nr.PTRACE, Disposition.REFUSE, Errno.EPERM, 5, 8),
                new Choice(Nr.MMAP, Disposition.LWK, 0, 6, 6),
                new Choice(Nr.IO_URING_SETUP, Disposition.REFUSE, Errno.EOPNOTSUPP, 7, 16)), file.choices());
        assertEquals("f", file.source());
    }

    @Test
    void anEmptyFileChangesNothing() throws Exception {
        assertEquals(List.of(), OverrideFile.parse("f", "", STANDARD).choices());
        assertEquals(List.of(), OverrideFile.parse("f", "\n  # nothing", STANDARD).choices());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', value = {
        "getpdi HERE            | 1  | unknown system call \"getpdi\"",
        "'  -1 HERE'            | 3  | unknown system call \"-1\"",
        "340 HERE               | 1  | no system call has the number 340",
        "470 HERE               | 1  | no system call has the number 470",
        "99999999999999999 HERE | 1  | no system call has the number 99999999999999999",
        "getpid                 | 7  | a disposition is missing after getpid: HERE, REFUSE with an errno, or LWK for a call that "
            + "the LWK serves",
        "getpid  LINUX          | 9  | unknown disposition \"LINUX\": HERE, REFUSE with an errno, or LWK for a call that the LWK "
            + "serves",
        "getpid here            | 8  | unknown disposition \"here\": HERE, REFUSE with an errno, or LWK for a call that the LWK "
            + "serves",
        "ptrace REFUSE          | 14 | the errno is missing after REFUSE, for instance EPERM or ENOSYS",
        "ptrace REFUSE ENONE    | 15 | unknown errno \"ENONE\"",
        "ptrace REFUSE 1        | 15 | unknown errno \"1\"",
        "ptrace REFUSE EPERM x  | 21 | nothing may follow here: \"x\"",
        "getpid HERE EPERM      | 13 | nothing may follow here: \"EPERM\"",
        "read LWK               | 6  | the LWK does not serve read",
        "getpid SHIP            | 8  | SHIP is not available: this version has no proxies",
        "read OSN               | 6  | OSN is not available: this version has no OS nodes",
        "rt_sigreturn REFUSE EPERM | 14 | rt_sigreturn cannot be refused: its caller does not expect to come back",
        "exit REFUSE EPERM      | 6  | exit cannot be refused: its caller does not expect to come back",
        "exit_group REFUSE EINVAL | 12 | exit_group cannot be refused: its caller does not expect to come back",
        "munmap HERE            | 8  | munmap cannot be HERE while mmap is LWK: the LWK would not see its memory change",
    })
    void aWrongLineIsNamedWithItsColumn(String line, int column, String problem) {
        TriageFileException e = assertThrows(TriageFileException.class,
                () -> OverrideFile.parse("dir/my.triage", "# first\n\n" + line + "\n", STANDARD));
        assertEquals("dir/my.triage:3:" + column + ": " + problem, e.getMessage());
        assertEquals("dir/my.triage", e.file());
        assertEquals(3, e.line());
        assertEquals(column, e.column());
    }

    @ParameterizedTest
    @ValueSource(strings = {"clone", "clone3", "fork", "vfork", "execve", "execveat", "exit", "exit_group"})
    void whatBeginsAndEndsProgramsStaysWithTheLwk(String call) throws Exception {
        TriageFileException e = assertThrows(TriageFileException.class,
                () -> OverrideFile.parse("f", call + " HERE", STANDARD));
        assertEquals("f:1:" + (call.length() + 2) + ": " + call
                + " must stay LWK: the runtime enters and leaves programs and threads with it", e.getMessage());
        assertThrows(TriageFileException.class, () -> OverrideFile.parse("f", call + " REFUSE EAGAIN", STANDARD));
        assertEquals(1, OverrideFile.parse("f", call + " LWK", STANDARD).choices().size());
    }

    @Test
    void theSameCallTwiceIsAnError() {
        TriageFileException e = assertThrows(TriageFileException.class,
                () -> OverrideFile.parse("f", "getpid HERE\nread HERE\n  39 HERE\n", STANDARD));
        assertEquals("f:3:3: getpid is set twice; the first time in line 1", e.getMessage());
    }

    @Test
    void memoryIsChangedByWhoeverGivesIt() throws Exception {
        String all = "munmap HERE\nmprotect HERE\nmremap HERE\nmadvise HERE\nmmap HERE\n";
        TriageFileException e = assertThrows(TriageFileException.class, () -> OverrideFile.parse("f", all, STANDARD));
        assertEquals("f:1:8: munmap cannot be HERE while brk is LWK: the LWK would not see its memory change", e.getMessage());
        assertEquals(6, OverrideFile.parse("f", all + "brk HERE\n", STANDARD).choices().size());
        assertEquals(2, OverrideFile.parse("f", "munmap REFUSE EPERM\nmincore HERE", STANDARD).choices().size());
    }

    @Test
    void filesThatCannotBeReadSayWhy(@TempDir Path dir) throws Exception {
        Path missing = dir.resolve("missing");
        assertFileProblem(missing, "there is no such file");
        assertFileProblem(dir, "it cannot be read: Is a directory");
        Path binary = Files.write(dir.resolve("binary"), new byte[] {'g', (byte) 0xff, '\n'});
        assertFileProblem(binary, "this is not UTF-8 text");
        Path large = Files.writeString(dir.resolve("large"), "# padding\n".repeat(200_000));
        assertFileProblem(large, "larger than 1 MiB, so it is no triage file");
        Path good = Files.writeString(dir.resolve("good"), "getpid HERE\n");
        assertEquals(good.toString(), OverrideFile.read(good, STANDARD).source());
    }

    @Test
    void aFileWithoutPermissionSaysSo(@TempDir Path dir) throws Exception {
        Path secret = Files.writeString(dir.resolve("secret"), "getpid HERE\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
        boolean readable = Files.isReadable(secret);
        if (readable) {
            System.out.println("skipped: this user may read every file");
        }
        assumeFalse(readable, "this user may read every file");
        assertFileProblem(secret, "permission to read it is denied");
    }

    private static void assertFileProblem(Path file, String problem) {
        TriageFileException e = assertThrows(TriageFileException.class, () -> OverrideFile.read(file, STANDARD));
        assertTrue(e.getMessage().equals(file + ": " + problem), e.getMessage());
        assertEquals(0, e.line());
        assertEquals(0, e.column());
    }
}
