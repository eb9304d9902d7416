package org.outrigger.systest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/**
 * The C programs of {@code systest/programs}, one per family of system calls, in all the ways that they are built: each
 * asserts the same natively and on the LWK, with patched call sites and with all calls trapped.
 */
class ConformanceTest {

    /** Programs that other tests drive; they take arguments or need a partner. */
    private static final Set<String> DRIVEN_ELSEWHERE = Set.of("backtrace", "forkthread", "counter", "memory_plan", "limits",
        "limits_bss", "cores", "pieces", "turns", "youth");

    @TestFactory
    Stream<DynamicTest> everyProgram() {
        return programs().stream().filter(file -> !DRIVEN_ELSEWHERE.contains(baseName(file)))
            .map(file -> dynamicTest(file.getFileName().toString(), () -> {
                Run natively = NativeAndLwk.of(file.toString()).limit(180).errorsIgnored().compare();
                assertEquals(0, natively.status(), natively::summary);
            }));
    }

    /** From the first call on through patched sites, where otherwise a process must have made some hundred calls first. */
    @TestFactory
    Stream<DynamicTest> everyProgramPatchedAtOnce() {
        return programs().stream().filter(file -> !DRIVEN_ELSEWHERE.contains(baseName(file)))
            .filter(file -> Machine.longProfile() || !file.getFileName().toString().contains("-"))
            .map(file -> dynamicTest(file.getFileName() + " patched at once", () ->
                NativeAndLwk.of(file.toString()).with("OUTRIGGER_JVM_FLAGS", "-Doutrigger.patch.after=1").limit(180)
                    .errorsIgnored().compareSuccess()));
    }

    @TestFactory
    Stream<DynamicTest> everyProgramTrapped() {
        return programs().stream().filter(file -> !DRIVEN_ELSEWHERE.contains(baseName(file)))
            .filter(file -> Machine.longProfile() || !file.getFileName().toString().contains("-"))
            .map(file -> dynamicTest(file.getFileName() + " trapped", () ->
                NativeAndLwk.of(file.toString()).options("--intercept=trap").limit(180).errorsIgnored().compareSuccess()));
    }

    /** A built program by its name; the first call builds them all. */
    static Path program(String name) {
        return programs().stream().filter(file -> file.getFileName().toString().equals(name)).findFirst()
            .orElseThrow(() -> new IllegalStateException("systest/programs builds no " + name));
    }

    /** The built executables, sorted by name; built anew when a source is newer than the last build. */
    static synchronized List<Path> programs() {
        Path sources = Outrigger.root().resolve("systest/programs");
        Path script = sources.resolve("build.sh");
        Machine.skipUnless(Files.exists(script), script + " is missing");
        Path out = Material.buildFolder("programs");
        Path stamp = Material.buildFolder("stamps").resolve("programs");
        try {
            if (!Files.exists(stamp) || newest(sources) > Files.getLastModifiedTime(stamp).toMillis()) {
                Material.build(out, Map.of(), "sh", script.toString(), out.toString());
                Files.writeString(stamp, "");
            }
            try (Stream<Path> files = Files.list(out)) {
                return files.filter(Files::isRegularFile).filter(Files::isExecutable).sorted().toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long newest(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().lastModified()).max().orElse(0);
        }
    }

    private static String baseName(Path file) {
        String name = file.getFileName().toString();
        return name.contains("-") ? name.substring(0, name.indexOf('-')) : name;
    }
}
