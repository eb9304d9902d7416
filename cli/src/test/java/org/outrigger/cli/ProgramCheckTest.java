package org.outrigger.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgramCheckTest {
    @TempDir
    private Path directory;

    private static byte[] elf(int wordClass, int data, int type, int machine) {
        ByteOrder order = data == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        return ByteBuffer.allocate(64).order(order).put(new byte[] {0x7f, 'E', 'L', 'F', (byte) wordClass, (byte) data, 1})
                .position(16).putShort((short) type).putShort((short) machine).array();
    }

    private void write(String name, int mode, byte[] bytes) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        Files.setAttribute(file, "unix:mode", mode);
    }

    private void write(String name, int mode, String text) throws IOException {
        write(name, mode, text.getBytes(StandardCharsets.UTF_8));
    }

    private ProgramCheck.Program check(String word) throws RefusalException {
        return check(word, "/usr/bin:/bin");
    }

    private ProgramCheck.Program check(String word, String path) throws RefusalException {
        return new ProgramCheck(path, directory).check(word);
    }

    private void assertRefused(int status, String message, String word, String path) {
        RefusalException refusal = assertThrows(RefusalException.class, () -> check(word, path));
        assertEquals(message, refusal.getMessage());
        assertEquals(status, refusal.status());
    }

    private void assertRefused(int status, String message, String word) {
        assertRefused(status, message, word, "/usr/bin:/bin");
    }

    @Test
    void programsOfThisMachine() throws RefusalException {
        assertEquals(new ProgramCheck.Program("/bin/true", List.of()), check("/bin/true"));
        assertEquals("/usr/bin/true", check("true").file());
        assertEquals("/bin/true", check("true", null).file(), "without a PATH");
    }

    @Test
    void searchesLikeExecvp() throws Exception {
        write("a/tool", 0644, "#!/bin/sh\n");
        write("b/tool", 0755, "#!/bin/sh\n");
        write("tool", 0755, "#!/bin/sh\n");
        write("file", 0644, "");
        Files.createDirectories(directory.resolve("c/tool"));
        assertEquals("b/tool", check("tool", "absent:a:b").file(), "goes on after what cannot be executed");
        assertEquals("b/tool", check("tool", "c:b/").file(), "goes on after a directory");
        assertEquals("./tool", check("tool", ":b").file(), "an empty element is the working directory");
        assertEquals("./tool", check("tool", "a:").file());
        assertEquals("./tool", check("tool", "").file());
        assertEquals("b/tool", check("tool", "file:b").file(), "an element may be no directory");
        assertRefused(126, "a/tool: Permission denied", "tool", "absent:a:c");
        assertRefused(126, "c/tool: Is a directory", "tool", "c:absent");
        assertRefused(127, "tool: command not found", "tool", "absent:file");
    }

    @Test
    void filesThatAreNoProgram() throws Exception {
        write("text", 0755, "echo hello\n");
        write("empty", 0755, "");
        write("data", 0644, elf(2, 1, 2, 62));
        write("short", 0755, new byte[] {0x7f, 'E', 'L', 'F', 2, 1});
        Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));
        Files.createSymbolicLink(directory.resolve("dangling"), Path.of("absent"));
        assertRefused(126, "./text: cannot execute: no #! line and not an ELF file", "./text");
        assertRefused(126, "./text: cannot execute: no #! line and not an ELF file", "text", ".");
        assertRefused(126, "./empty: cannot execute: the file is empty", "./empty");
        assertRefused(126, "./short: cannot execute: the ELF header is cut off", "./short");
        assertRefused(126, "./data: Permission denied", "./data");
        assertRefused(126, "./text/below: Not a directory", "./text/below");
        assertRefused(126, "./loop: Too many levels of symbolic links or unable to access attributes of symbolic link", "./loop");
        assertRefused(126, "/dev/null: Not a regular file", "/dev/null");
        assertRefused(126, "/: Is a directory", "/");
        assertRefused(127, "./dangling: No such file or directory", "./dangling");
        assertRefused(127, "'': command not found", "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "2 | 1 | 2 | 183 | an ELF file for another architecture (AArch64), this is x86-64",
        "2 | 1 | 3 | 243 | an ELF file for another architecture (RISC-V), this is x86-64",
        "2 | 2 | 2 | 21 | an ELF file for another architecture (PowerPC 64), this is x86-64",
        "2 | 2 | 2 | 62 | an ELF file for another architecture (x86-64), this is x86-64",
        "1 | 1 | 2 | 40 | an ELF file for another architecture (ARM), this is x86-64",
        "2 | 1 | 2 | 9999 | an ELF file for another architecture (e_machine 9999), this is x86-64",
        "2 | 1 | 1 | 62 | an ELF file but not a program (e_type 1)",
        "2 | 1 | 4 | 62 | an ELF file but not a program (e_type 4)",
    })
    void elfFilesThatCannotRun(int wordClass, int data, int type, int machine, String why) throws IOException {
        write("prog", 0755, elf(wordClass, data, type, machine));
        assertRefused(126, "./prog: cannot execute: " + why, "./prog");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "755 | 2 | 62 | ",
        "4755 | 2 | 62 | set-user-id program",
        "2755 | 2 | 62 | set-group-id program",
        "2745 | 2 | 62 | ",
        "6755 | 2 | 62 | set-user-id program,set-group-id program",
        "755 | 1 | 3 | 32-bit program",
        "755 | 1 | 62 | 32-bit program",
        "4755 | 1 | 3 | 32-bit program,set-user-id program",
    })
    void whatRunsOnPlainLinux(String mode, int wordClass, int machine, String reasons) throws Exception {
        write("prog", Integer.parseInt(mode, 8), elf(wordClass, 1, 3, machine));
        List<String> expected = reasons == null ? List.of()
                : List.of(reasons.split(",")).stream().map(why -> "./prog: " + why + ": runs on plain Linux").toList();
        assertEquals(expected, check("./prog").plainLinuxReasons());
    }

    @Test
    void aFileThatCannotBeReadRunsOnPlainLinux() throws Exception {
        write("prog", 0111, "whatever it is");
        ProgramCheck.Readability nobody = new ProgramCheck.Readability() {
            @Override
            boolean readable(Path file) {
                return false;
            }
        };
        ProgramCheck.Program program = new ProgramCheck("", directory, nobody).check("./prog");
        assertEquals(List.of("./prog: not readable: runs on plain Linux"), program.plainLinuxReasons());
    }

    @Test
    void scripts() throws Exception {
        write("plain", 0755, "#!/bin/sh\necho\n");
        write("spaced", 0755, "#! \t/bin/sh -e\n");
        write("unended", 0755, "#!/bin/sh");
        write("setuid", 06755, "#!/bin/sh\n");
        write("relative", 0755, "#!./plain\n");
        for (String name : List.of("plain", "spaced", "unended", "setuid", "relative")) {
            assertEquals(new ProgramCheck.Program("./" + name, List.of()), check("./" + name), name);
        }
        write("suid-interpreter", 04755, elf(2, 1, 3, 62));
        write("by-suid", 0755, "#!./suid-interpreter\n");
        assertEquals(List.of("./suid-interpreter: set-user-id program: runs on plain Linux"),
                check("./by-suid").plainLinuxReasons());
    }

    @Test
    void badInterpreters() throws Exception {
        write("absent", 0755, "#!/no/such/sh -x\n");
        write("crlf", 0755, "#!/bin/sh\r\necho\r\n");
        write("unlooked", 0755, "#!sh\n");
        write("dir", 0755, "#!/tmp\n");
        write("text", 0755, "just text");
        write("by-text", 0755, "#!./text\n");
        write("no-exec", 0644, "#!/bin/sh\n");
        write("by-no-exec", 0755, "#!./no-exec\n");
        write("none", 0755, "#! \n/bin/sh\n");
        write("endless", 0755, "#!./endless\n");
        write("long", 0755, "#!/" + "x".repeat(300) + "\n");
        assertRefused(126, "./absent: /no/such/sh: bad interpreter: No such file or directory", "./absent");
        assertRefused(126, "./crlf: /bin/sh^M: bad interpreter: No such file or directory", "./crlf");
        assertRefused(126, "./unlooked: sh: bad interpreter: No such file or directory", "./unlooked");
        assertRefused(126, "./dir: /tmp: bad interpreter: Is a directory", "./dir");
        assertRefused(126, "./by-no-exec: ./no-exec: bad interpreter: Permission denied", "./by-no-exec");
        assertRefused(126, "./text: cannot execute: no #! line and not an ELF file", "./by-text");
        assertRefused(126, "./none: cannot execute: the #! line names no interpreter", "./none");
        assertRefused(126, "./endless: too many levels of #! interpreters", "./endless");
        assertRefused(126, "./long: cannot execute: the #! line is longer than 256 bytes", "./long");
    }

    /** Linux itself is asked how deep #! may go. */
    @Test
    void scriptsOfScriptsGoAsDeepAsLinuxGoes() throws Exception {
        write("s0", 0755, "#!/bin/true\n");
        for (int depth = 1; depth < 8; depth++) {
            write("s" + depth, 0755, "#!" + directory.resolve("s" + (depth - 1)) + "\n");
        }
        for (int depth = 0; depth < 8; depth++) {
            boolean accepted = true;
            try {
                check("./s" + depth);
            } catch (RefusalException refusal) {
                accepted = false;
            }
            boolean ran = true;
            try {
                ran = new ProcessBuilder(directory.resolve("s" + depth).toString()).start().waitFor() == 0;
            } catch (IOException refusedByLinux) {
                ran = false;
            }
            assertEquals(ran, accepted, "s" + depth);
        }
    }

    @Test
    void namesThatAreNoTextHereAreLeftToExec() throws Exception {
        assertEquals("caf\ufffd", check("caf\ufffd").file());
        assertEquals("no-such-program", check("no-such-program", "/caf\ufffd:/bin").file());
        write("prog", 0755, "#!/caf\ufffd/sh\n");
        assertTrue(check("./prog").plainLinuxReasons().isEmpty());
    }
}
