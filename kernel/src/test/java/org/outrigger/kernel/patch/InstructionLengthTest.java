package org.outrigger.kernel.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstructionLengthTest {

    /** Bytes of code that are compared in one file: as much as takes objdump a second or two. */
    private static final long MOST_CODE = 3 << 20;
    private static final int SLOT = 32;

    private static int length(String hex) {
        byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
        return InstructionLength.of(code, 0, code.length);
    }

    static List<Path> libraries() {
        return Libraries.present();
    }

    @ParameterizedTest
    @CsvSource({
        "90, 1", "f3 0f 1e fa, 4", "66 2e 0f 1f 84 00 00 00 00 00, 10", "66 66 2e 0f 1f 84 00 00 00 00 00, 11", "0f 05, 2",
        "b8 27 00 00 00, 5", "66 b8 27 00, 4", "48 b8 01 02 03 04 05 06 07 08, 10",
        "41 b8 27 00 00 00, 6", "c7 45 b8 27 00 00 00, 7",
        "48 a1 01 02 03 04 05 06 07 08, 10", "67 a1 01 02 03 04, 6", "e8 00 00 00 00, 5", "66 48 e8 00 00 00 00, 7", "eb fe, 2",
        "0f 84 00 00 00 00, 6", "f6 c1 01, 3", "f6 d1, 2", "66 f7 c1 01 00, 5",
        "f7 c1 01 00 00 00, 6", "f7 d1, 2", "c8 01 00 02, 4",
        "8b 04 25 00 00 00 00, 7", "8b 05 00 00 00 00, 6", "8b 44 24 08, 4",
        "8b 84 24 00 01 00 00, 7", "64 48 8b 04 25 28 00 00 00, 9",
        "c5 f8 77, 3", "c5 f9 70 c0 4e, 5", "c4 e3 7d 39 c0 01, 6", "c4 e2 7d 59 05 00 00 00 00, 9", "62 f1 7c 48 28 44 24 01, 8",
        "66 0f 38 00 c1, 5", "66 0f 3a 0f c1 08, 6", "c7 f8 00 00 00 00, 6", "f0 0f b1 0d 00 00 00 00, 8", "d9 7d fe, 3",
    })
    void knownLengths(String hex, int length) {
        assertEquals(length, length(hex));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "06", "60", "82 c0 01", "9a 00 00 00 00 00 00", "c4", "0f",
        "0f 04", "0f 0f c0 9e", "0f ff c0", "8f e8 78 c0 c0 01", "d5 00 90",
        "66 e8 00 00 00 00", "66 0f 84 00 00 00 00", "48 66 90", "48 f0 90", "48 c5 f8 77", "66 c5 f8 77", "66 0f 78 c0 01 02",
        "62 f4 7c 08 00 c0", "b8 27 00 00", "66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90", "8d c0",
        "ff ff", "fe d0", "0f 20 00",
    })
    void unknownIsZero(String hex) {
        assertEquals(0, length(hex));
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void agreesWithObjdumpOnRealCode(Path file) throws IOException, InterruptedException {
        Image image = Image.of(Libraries.map(file)).orElseThrow();
        long start = image.sections().stream().filter(s -> s.name().equals(".text")).findFirst().orElseThrow().address();
        byte[] window = new byte[InstructionLength.LONGEST];
        long[] counts = new long[3];
        StringBuilder wrong = new StringBuilder();
        Objdump.range(file, start, start + MOST_CODE, line -> {
            long offset = image.offset(line.address(), window.length);
            // fwait is an instruction of its own for a processor; objdump prints it with the next one.
            if (line.isBad() || offset < 0 || image.bytes().u8(offset) == 0x9b) {
                counts[2]++;
                return;
            }
            image.bytes().copy(offset, window, window.length);
            int length = InstructionLength.of(window, 0, window.length);
            counts[length == 0 ? 1 : 0]++;
            if (length != 0 && length != line.length() && wrong.length() < 2000) {
                wrong.append(length).append(" for ").append(line).append('\n');
            }
        });
        System.out.printf("%s: %d lengths as objdump has them, %d refused, %d not compared%n", file,
                counts[0], counts[1], counts[2]);
        assertEquals("", wrong.toString());
        assertTrue(counts[0] > 1000);
        // libcrypto's text holds tables, and objdump prints them as code.
        assertTrue(counts[1] == 0 || file.toString().contains("libcrypto"), "refused: " + counts[1]);
    }

    @Test
    void agreesWithObjdumpOnAssembledInstructions(@TempDir Path directory) throws IOException, InterruptedException {
        long seed = System.nanoTime();
        RandomCode random = new RandomCode(new SplittableRandom(seed));
        byte[] code = new byte[0];
        int[] starts = new int[20_001];
        for (int i = 0; i < starts.length - 1; i++) {
            byte[] next = random.instruction();
            assertEquals(next.length, InstructionLength.of(next, 0, next.length),
                    () -> "seed " + seed + " " + HexFormat.of().formatHex(next));
            starts[i + 1] = starts[i] + next.length;
            if (starts[i + 1] > code.length) {
                code = Arrays.copyOf(code, starts[i + 1] * 2);
            }
            System.arraycopy(next, 0, code, starts[i], next.length);
        }
        byte[] all = Arrays.copyOf(code, starts[starts.length - 1]);
        int i = 0;
        for (Objdump.Line line : Objdump.bytes(directory, all, 0)) {
            assertEquals(starts[i], line.address(), "seed " + seed + " before " + line);
            i++;
        }
        assertEquals(starts.length - 1, i);
    }

    @Test
    void agreesWithObjdumpOnRandomBytes(@TempDir Path directory) throws IOException, InterruptedException {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        byte[] code = new byte[60_000 * SLOT];
        Arrays.fill(code, (byte) 0x90);
        byte[] some = new byte[12];
        byte[] leads = HexFormat.of().parseHex("0f66676265f2f34048c4c5620f0f");
        for (int slot = 0; slot < code.length; slot += SLOT) {
            random.nextBytes(some);
            System.arraycopy(some, 0, code, slot, some.length);
            // Half of them begin with what leads to the less common maps.
            for (int i = 0; i < random.nextInt(4); i++) {
                code[slot + i] = leads[random.nextInt(leads.length)];
            }
        }
        int compared = 0;
        for (Objdump.Line line : Objdump.bytes(directory, code, 0)) {
            int at = (int) line.address();
            int length = at % SLOT == 0 ? InstructionLength.of(code, at, code.length) : 0;
            if (length == 0 || line.isBad() || (code[at] & 0xff) == 0x9b) {
                continue;
            }
            compared++;
            assertEquals(line.length(), length, () -> "seed " + seed + " " + line + " "
                    + HexFormat.of().formatHex(code, at, at + InstructionLength.LONGEST));
        }
        assertTrue(compared > 10_000);
    }
}
