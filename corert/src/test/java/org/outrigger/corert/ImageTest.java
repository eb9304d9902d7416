package org.outrigger.corert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The promises that the design makes of the core-side runtime. */
class ImageTest {
    private static final int MOST_LINES = 1500;
    private static final int LARGEST_BOOTSTRAP = 256;
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/");
    private static final Pattern LINE_COMMENT = Pattern.compile("(?m)//.*$");

    private static final Pattern RBP_KEPT = Pattern.compile(
        "\\s(mov +%rbp,0x[0-9a-f]+\\(%rsp\\)|mov +0x[0-9a-f]+\\(%rsp\\),%rbp|push +%rbp|pop +%rbp|xor +%ebp,%ebp)$");

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

    /** Tools know the mapped file by the headers and the build id in its first page; code begins behind them. */
    @Test
    void theRuntimeIsAnElfFile() {
        byte[] image = Image.RUNTIME.bytes();
        assertArrayEquals(new byte[] {0x7f, 'E', 'L', 'F'}, Arrays.copyOf(image, 4));
        int headers = (int) (Layout.RT_IMAGE - Layout.RT_TEXT);
        assertTrue(new String(image, 0, headers, StandardCharsets.ISO_8859_1).contains("\4\0\0\0\24\0\0\0\3\0\0\0GNU\0"));
        assertTrue(image[headers] == (byte) 0xe9, "the jump that rt_image begins with");
    }

    /** Who walks frame pointers comes out at the program's frames: rbp is saved, restored and zeroed, never used. */
    @Test
    void theRuntimeLeavesRbpAlone() throws IOException, InterruptedException {
        Path elf = SourceFolder.PATH.resolve("../../../target/c/runtime.elf");
        Process objdump = new ProcessBuilder("objdump", "-d", "--no-show-raw-insn", elf.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<String> uses = objdump.inputReader().lines().filter(line -> line.matches(".*%[re]?bpl?\\b.*")).toList();
        assertEquals(0, objdump.waitFor());
        assertTrue(uses.size() >= 2, uses::toString);
        assertEquals(List.of(), uses.stream().filter(line -> !RBP_KEPT.matcher(line).find()).toList());
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
