package org.outrigger.corert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The C sources of this module, and the compiler of this machine. */
final class SourceFolder {
    static final Path PATH = Path.of(System.getProperty("basedir", "."), "src/main/c").toAbsolutePath();

    private SourceFolder() {
    }

    /** The lines that a C program prints; skips the calling test, saying so, where there is no compiler. */
    static List<String> run(Path source, Path workplace, String... arguments) throws IOException, InterruptedException {
        String compiler = System.getenv().getOrDefault("CC", "cc");
        boolean present = List.of(System.getenv("PATH").split(":")).stream().anyMatch(
                folder -> Files.isExecutable(Path.of(folder, compiler)));
        if (!present) {
            System.out.println("skipped: this machine has no C compiler named " + compiler);
        }
        assumeTrue(present, "this machine has no C compiler named " + compiler);
        Path program = workplace.resolve("program");
        lines(List.of(compiler, "-std=gnu11", "-I", PATH.toString(), "-o", program.toString(), source.toString()));
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        return lines(command);
    }

    private static List<String> lines(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = process.inputReader().lines().toList();
        assertEquals(0, process.waitFor(), () -> command + " said " + lines);
        return lines;
    }
}
