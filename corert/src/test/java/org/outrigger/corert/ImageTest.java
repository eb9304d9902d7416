package org.outrigger.corert;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The promises that the design makes of the core-side runtime. */
class ImageTest {
    private static final int MOST_LINES = 1500;
    private static final int LARGEST_BOOTSTRAP = 256;
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/");
    private static final Pattern LINE_COMMENT = Pattern.compile("(?m)//.*$");

    @Test
    void theRuntimeFitsItsPlace() {
        byte[] image = Image.RUNTIME.bytes();
        assertTrue(image.length > 0 && image.length <= Layout.RT_TEXT_SIZE, () -> image.length + " bytes");
    }

    @Test
    void theBootstrapFitsTheTailOfAPage() {
        byte[] image = Image.BOOTSTRAP.bytes();
        assertTrue(image.length > 0 && image.length <= LARGEST_BOOTSTRAP, () -> image.length + " bytes");
    }

    /** The linker script refuses writable data; this is to notice when it no longer does. */
    @Test
    void theLinkerRefusesWritableData() throws IOException {
        assertTrue(Files.readString(SourceFolder.PATH.resolve("runtime.lds")).contains("ASSERT(SIZEOF(.data) == 0"));
    }

    @Test
    void theRuntimeHasFewLinesOfC() throws IOException {
        long lines = 0;
        try (Stream<Path> files = Files.list(SourceFolder.PATH)) {
            for (Path file : files.filter(ImageTest::ofTheRuntime).toList()) {
                String code = COMMENT.matcher(Files.readString(file)).replaceAll("");
                lines += LINE_COMMENT.matcher(code).replaceAll("").lines().filter(line -> !line.isBlank()).count();
            }
        }
        long total = lines;
        assertTrue(total > 500 && total < MOST_LINES, () -> total + " lines of code");
    }

    private static boolean ofTheRuntime(Path file) {
        String name = file.getFileName().toString();
        return name.matches(".*\\.[ch]") && !name.startsWith("launch") && !name.equals("layout-gen.c");
    }
}
