package org.outrigger.kernel.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ReportFileTest {

    private static final JobReport REPORT = Sample.full();

    @TempDir
    private Path dir;

    private static String failure(Path file) {
        ReportException checked = assertThrows(ReportException.class, () -> ReportFile.at(file).check());
        ReportException written = assertThrows(ReportException.class, () -> ReportFile.at(file).write(REPORT));
        assertEquals(checked.getMessage(), written.getMessage());
        return written.getMessage();
    }

    private List<String> listing() throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theNameDecidesTheFormat() throws IOException {
        ReportFile.at(dir.resolve("a.json")).write(REPORT);
        ReportFile.at(dir.resolve("a.txt")).write(REPORT);
        assertEquals(ReportJson.render(REPORT), Files.readString(dir.resolve("a.json")));
        assertEquals(ReportText.render(REPORT), Files.readString(dir.resolve("a.txt")));
        assertEquals(List.of("a.json", "a.txt"), listing());
    }

    @Test
    void checkingLeavesNoTrace() throws IOException {
        ReportFile.at(dir.resolve("a.json")).check();
        assertEquals(List.of(), listing());
    }

    @Test
    void aRegularFileIsReplacedWithItsPermissionsKept() throws IOException {
        Path file = Files.writeString(dir.resolve("a"), "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Object before = Files.getAttribute(file, "unix:ino");
        ReportFile.at(file).write(REPORT);
        assertTrue(!before.equals(Files.getAttribute(file, "unix:ino")), "the same file was written over");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(ReportText.render(REPORT), Files.readString(file));
    }

    @Test
    void symbolicLinksAreFollowedEvenToWhatIsNotThereYet() throws IOException {
        Path link = Files.createSymbolicLink(dir.resolve("link"), Path.of("target"));
        ReportFile.at(link).write(REPORT);
        assertTrue(Files.isSymbolicLink(link));
        assertEquals(ReportText.render(REPORT), Files.readString(dir.resolve("target")));
        ReportFile.at(link).write(Sample.empty());
        assertTrue(Files.isSymbolicLink(link));
        assertEquals(ReportText.render(Sample.empty()), Files.readString(dir.resolve("target")));
    }

    @Test
    @Timeout(30)
    void aNamedPipeIsWrittenTo() throws Exception {
        Path pipe = dir.resolve("pipe.json");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        CompletableFuture<String> read = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readString(pipe);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        ReportFile.at(pipe).write(REPORT);
        assertEquals(ReportJson.render(REPORT), read.get(20, TimeUnit.SECONDS));
        assertEquals(List.of("pipe.json"), listing());
    }

    @Test
    void aDeviceIsWrittenTo() throws IOException {
        ReportFile.at(Path.of("/dev/null")).write(REPORT);
        assertInstanceOf(ReportTarget.Direct.class, ReportTarget.of(Path.of("/dev/null")));
    }

    @Test
    void standardStreamsAreTheDescriptorsWhateverTheyAre() throws IOException {
        for (String name : List.of("/dev/stderr", "/dev/fd/2", "/proc/self/fd/2", "/dev/stdout", "/dev/fd/1")) {
            assertInstanceOf(ReportTarget.Descriptor.class, ReportTarget.of(Path.of(name)), name);
        }
        Path link = Files.createSymbolicLink(dir.resolve("log"), Path.of("/dev/stderr"));
        assertInstanceOf(ReportTarget.Descriptor.class, ReportTarget.of(link));
    }

    @Test
    void aFileBehindADescriptorIsAppendedTo() throws IOException, InterruptedException {
        Path log = dir.resolve("log");
        Process child = new ProcessBuilder("sh", "-c", "echo first; read line").redirectOutput(log.toFile()).start();
        Path behind = Path.of("/proc", Long.toString(child.pid()), "fd", "1");
        while (Files.size(log) == 0) {
            Thread.sleep(1);
        }
        ReportFile.at(behind).write(REPORT);
        child.outputWriter().close();
        child.waitFor();
        assertEquals("first\n" + ReportText.render(REPORT), Files.readString(log));
    }

    @Test
    void errorsNameTheFileAndTheReason() throws IOException {
        assertEquals("cannot write the report to " + dir + ": it is a directory", failure(dir));
        Path missing = dir.resolve("no/such.json");
        assertEquals("cannot write the report to " + missing + ": " + dir.resolve("no") + " does not exist", failure(missing));
        Path below = Files.writeString(dir.resolve("file"), "x").resolve("a.json");
        assertTrue(failure(below).startsWith("cannot write the report to " + below + ": "), failure(below));
        Path loop = Files.createSymbolicLink(dir.resolve("loop"), Path.of("loop"));
        assertTrue(failure(loop).startsWith("cannot write the report to " + loop + ": "), failure(loop));
        assertEquals(List.of("file", "loop"), listing());
    }

    @Test
    void whatIsNotWritableIsSaid() throws IOException {
        assumeFalse("root".equals(System.getProperty("user.name")), "root may write everywhere");
        Path file = Files.writeString(dir.resolve("a.json"), "kept");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        assertEquals("cannot write the report to " + file + ": " + file + " is not writable", failure(file));
        assertEquals("kept", Files.readString(file));
    }
}
