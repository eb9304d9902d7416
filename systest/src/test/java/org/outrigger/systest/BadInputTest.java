package org.outrigger.systest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/**
 * What is wrong with a command line is said on standard error, by name, in the exit status of its kind: 125 for the launcher's
 * own errors, 126 for what cannot be executed, 127 for what is not there.
 */
class BadInputTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @Test
    void missingProgram() {
        refused(127, "no-such-program", "run", "--", "no-such-program");
        refused(127, "/no/such/program", "run", "--", "/no/such/program");
        refused(127, "./missing", "run", "./missing");
    }

    @Test
    void emptyCommand() {
        refused(127, "", "run", "--", "");
    }

    @Test
    void directory() {
        refused(126, folder.toString(), "run", "--", folder.toString());
        refused(126, "/etc/", "run", "--", "/etc/");
    }

    @Test
    void textFileWithoutInterpreterLine() throws IOException {
        Path file = written("plain", "just some text\n", "rwxr-xr-x");
        refused(126, file.toString(), "run", "--", file.toString());
    }

    @Test
    void emptyFile() throws IOException {
        Path file = written("empty", "", "rwxr-xr-x");
        refused(126, file.toString(), "run", "--", file.toString());
    }

    @Test
    void fileThatIsNotExecutable() throws IOException {
        Path file = written("closed", "#!/bin/sh\necho ran\n", "rw-r--r--");
        refused(126, file.toString(), "run", "--", file.toString());
    }

    /** Root may read everything, so the unreadable file is tried as an ordinary user by setpriv(1) where we are root. */
    @Test
    void fileThatCannotBeRead() throws IOException {
        Machine.needs("setpriv");
        Machine.skipUnless("root".equals(System.getProperty("user.name")), "becoming an ordinary user needs root");
        Path place = Files.createTempDirectory("systest-unreadable-");
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path file = place.resolve("secret");
        Files.writeString(file, "#!/bin/sh\necho ran\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        Run run = Job.start(asNobody(Outrigger.run(List.of(), List.of(file.toString()))), place).await(LIMIT);
        Material.delete(place);
        assertEquals(126, run.status(), run::summary);
        assertTrue(run.stderr().contains("secret"), run::summary);
    }

    /** Books that another version wrote keep nobody from running something beside partitions, but from running it in one. */
    @Test
    void booksThatCannotBeRead() throws IOException {
        written("partitions", "who knows\n", "rw-r--r--");
        List<String> state = List.of("env", "OUTRIGGER_STATE=" + folder);
        for (List<String> place : List.of(List.<String>of(), List.of("-p", "lwk"))) {
            List<String> command = new ArrayList<>(state);
            command.addAll(Outrigger.run(place, List.of("echo", "ran")));
            Run run = Job.start(command, folder).await(LIMIT);
            assertEquals(place.isEmpty() ? 0 : 125, run.status(), run::summary);
            assertEquals(place.isEmpty() ? "ran\n" : "", run.text(), run::summary);
            assertTrue(run.stderr().contains(folder.resolve("partitions").toString()), run::summary);
        }
    }

    /** A program that may be executed but not read still runs, on plain Linux. */
    @Test
    void programThatMayOnlyBeExecuted() throws IOException {
        Machine.needs("setpriv");
        Machine.skipUnless("root".equals(System.getProperty("user.name")), "becoming an ordinary user needs root");
        Path place = Files.createTempDirectory("systest-execute-only-");
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path file = place.resolve("opaque");
        Files.write(file, Files.readAllBytes(Path.of("/bin/echo")));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("--x--x--x"));
        Run run = Job.start(asNobody(Outrigger.run(List.of(), List.of(file.toString(), "opaque ran"))), place).await(LIMIT);
        Material.delete(place);
        assertEquals("opaque ran\n", run.text(), run::summary);
        assertEquals(0, run.status(), run::summary);
        assertTrue(run.stderr().contains("opaque"), run::summary);
    }

    @Test
    void interpreterThatIsMissing() throws IOException {
        Path file = written("orphan", "#!/no/such/interpreter\n", "rwxr-xr-x");
        Run run = outrigger("run", "--", file.toString());
        assertTrue(run.status() == 126 || run.status() == 127, run::summary);
        assertTrue(run.stderr().contains("orphan"), run::summary);
    }

    /** An ELF file of another machine: /bin/true with e_machine (elf(5), offset 18) set to AArch64. */
    @Test
    void anotherArchitecture() throws IOException {
        byte[] elf = Files.readAllBytes(Path.of("/bin/true"));
        elf[18] = (byte) 183;
        elf[19] = 0;
        Path file = written("aarch64", "", "rwxr-xr-x");
        Files.write(file, elf);
        refused(126, file.toString(), "run", "--", file.toString());
    }

    @Test
    void truncatedElf() throws IOException {
        byte[] elf = Files.readAllBytes(Path.of("/bin/true"));
        Path file = written("cut", "", "rwxr-xr-x");
        Files.write(file, Arrays.copyOf(elf, 40));
        refused(126, file.toString(), "run", "--", file.toString());
    }

    @TestFactory
    Stream<DynamicTest> badCoreLists() {
        return Stream.of("x", "0-", "-1", "1-0", "0,,1", "0-3-5", "4095", "99999999999", "", "0x1", "1;2", "+", "+x", "0-1:0")
            .flatMap(list -> Stream.of("--cpus", "--linux-cpus").map(option -> dynamicTest(option + " '" + list + "'",
                () -> refused(125, list, "run", option + "=" + list, "--", "/bin/echo", "ran"))));
    }

    @Test
    void overlappingCores() {
        Integer cpu = Machine.allowedCpus().getFirst();
        refused(125, cpu.toString(), "run", "-c", cpu.toString(), "-l", cpu.toString(), "--", "/bin/echo", "ran");
    }

    /** A core outside the set that this process was given. */
    @Test
    void coreThatIsNotAllowed() {
        List<Integer> allowed = Machine.allowedCpus();
        Machine.skipUnless(allowed.size() > 1, "one CPU: none is left to take away");
        List<String> line = new ArrayList<>(List.of("taskset", "-c", allowed.getFirst().toString()));
        line.addAll(Outrigger.run(List.of("--cpus=" + allowed.getLast()), List.of("/bin/echo", "ran")));
        Run run = Job.start(line, folder).await(LIMIT);
        assertRefusal(125, allowed.getLast().toString(), run);
    }

    @Test
    void unwritableReport() {
        refused(125, "/no/such/folder/report.json", "run", "--report=/no/such/folder/report.json", "--", "/bin/echo", "ran");
        refused(125, folder.toString(), "run", "--report=" + folder, "--", "/bin/echo", "ran");
    }

    @Test
    void badTriageFile() throws IOException {
        Path file = written("triage", "getpid LWK\nnonsense here\n", "rw-r--r--");
        refused(125, "2", "run", "--triage=" + file, "--", "/bin/echo", "ran");
        refused(125, "/no/such/triage", "run", "--triage=/no/such/triage", "--", "/bin/echo", "ran");
    }

    @TestFactory
    Stream<DynamicTest> badOptions() {
        return Stream.of(List.of("--no-such-option"), List.of("--ranks=0"), List.of("--ranks=-1"), List.of("--ranks=two"),
            List.of("--ranks=99999999"), List.of("--kernel-loops=0"), List.of("--kernel-loops=9"),
            List.of("--loop-priority=rr"),
            List.of("--intercept=maybe")).map(options -> dynamicTest(options.getFirst(), () -> {
                List<String> line = new ArrayList<>(List.of("run"));
                line.addAll(options);
                line.addAll(List.of("--", "/bin/echo", "ran"));
                refused(125, options.getFirst().replaceAll("=.*", "").replace("--", ""), line.toArray(String[]::new));
            }));
    }

    @Test
    void missingCommand() {
        refused(125, "", "run");
        refused(125, "", "run", "--");
        refused(125, "no-such-subcommand", "no-such-subcommand");
    }

    /** Set-uid programs and those of 32 bits cannot be taken: they run under plain Linux and a note says so. */
    @Test
    void setUidProgramRunsOnPlainLinux() throws IOException {
        Machine.skipUnless("root".equals(System.getProperty("user.name")), "giving a file to another user needs root");
        Path file = written("setuid", "", "rwxr-xr-x");
        Files.write(file, Files.readAllBytes(Path.of("/usr/bin/id")));
        Run prepared = Job.start(List.of("sh", "-c", "chown 65534 \"$0\" && chmod 4755 \"$0\"", file.toString()), folder)
            .await(LIMIT);
        assertEquals(0, prepared.status(), prepared::summary);
        Run natively = Job.start(List.of(file.toString(), "-u"), folder).await(LIMIT);
        Machine.skipUnless("65534\n".equals(natively.text()), "the temporary folder is mounted nosuid");
        Run run = outrigger("run", "--", file.toString(), "-u");
        assertEquals("65534\n", run.text(), run::summary);
        assertEquals(0, run.status(), run::summary);
        assertTrue(run.stderr().contains("setuid"), run::summary);
    }

    @Test
    void programOf32BitsRunsOnPlainLinux() throws IOException {
        Path source = written("tiny.c", "void _start(void) { const char s[] = \"32 bits\\n\"; int r;"
            + " __asm__ volatile(\"int $0x80\" : \"=a\"(r) : \"a\"(4), \"b\"(1), \"c\"(s), \"d\"(8) : \"memory\");"
            + " __asm__ volatile(\"int $0x80\" : : \"a\"(1), \"b\"(5)); }\n", "rw-r--r--");
        Path program = folder.resolve("tiny");
        Machine.needs("gcc");
        Run built = Job.start(List.of("gcc", "-m32", "-nostdlib", "-static", "-fno-pie", "-no-pie", "-fno-stack-protector",
            "-o", program.toString(), source.toString()), folder).await(LIMIT);
        Machine.skipUnless(built.status() == 0, "gcc -m32 does not work here");
        Run natively = Job.start(List.of(program.toString()), folder).await(LIMIT);
        Machine.skipUnless(natively.status() == 5, "this kernel runs no 32-bit programs");
        Run run = outrigger("run", "--", program.toString());
        assertEquals("32 bits\n", run.text(), run::summary);
        assertEquals(5, run.status(), run::summary);
        assertTrue(run.stderr().contains("32"), run::summary);
    }

    private void refused(int status, String named, String... arguments) {
        assertRefusal(status, named, outrigger(arguments));
    }

    private static void assertRefusal(int status, String named, Run run) {
        assertEquals(status, run.status(), run::summary);
        assertEquals("", run.text(), run::summary);
        assertFalse(run.stderr().isBlank(), run::summary);
        assertTrue(run.stderr().contains(named), () -> "the message names '" + named + "': " + run.summary());
        assertFalse(run.stderr().contains("\tat "), () -> "a stack trace is no message: " + run.summary());
    }

    /** The command line as user 65534; skips where that user cannot reach the launcher. */
    private List<String> asNobody(List<String> command) {
        List<String> line = new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        List<String> probe = new ArrayList<>(line);
        probe.addAll(List.of("test", "-x", Outrigger.command()));
        Machine.skipUnless(Job.start(probe, folder.getRoot()).await(LIMIT).status() == 0,
            "an ordinary user cannot reach " + Outrigger.command());
        line.addAll(command);
        return line;
    }

    private Run outrigger(String... arguments) {
        List<String> line = new ArrayList<>(List.of(Outrigger.command()));
        line.addAll(List.of(arguments));
        return Job.start(line, folder).await(LIMIT);
    }

    private Path written(String name, String text, String permissions) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file;
    }
}
