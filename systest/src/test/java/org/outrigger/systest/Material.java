package org.outrigger.systest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The sources of the test programs that are written in other languages, and where what is built of them lies. */
final class Material {

    private Material() {
    }

    /** A file of {@code systest/src/test/resources/material}. */
    static Path source(String name) {
        Path file = Outrigger.root().resolve("systest/src/test/resources/material").resolve(name);
        if (!Files.exists(file)) {
            throw new IllegalStateException(file + " is missing");
        }
        return file;
    }

    /** A folder under {@code systest/target/material} for what tests build; made when absent, kept between runs. */
    static Path buildFolder(String name) {
        Path folder = Outrigger.root().resolve("systest/target/material").resolve(name);
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Builds something natively with a bounded command; the test fails with the command's output when it fails. */
    static void build(Path folder, Map<String, String> environment, String... line) {
        Run run = Job.start(List.of(line), folder, environment, Path.of("/dev/null"), UUID.randomUUID().toString())
            .await(Duration.ofMinutes(8));
        assertEquals(0, run.status(), () -> String.join(" ", line) + "\n" + run.summary());
    }

    /** Deletes a folder and all below it. */
    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
