package org.outrigger.kernel.patch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;

/** The independent disassembler: binutils' objdump. A machine without it skips the test, with that as the reason. */
final class Objdump {

    /** One line of the disassembly: address, length in bytes, and the instruction as objdump writes it. */
    record Line(long address, int length, String text) {
        /** Not an instruction, or one that objdump cuts short because a symbol stands in it. */
        boolean isBad() {
            return text.contains("(bad)") || text.startsWith(".byte");
        }

        boolean isSyscall() {
            return text.equals("syscall");
        }
    }

    private Objdump() {
    }

    static void file(Path file, Consumer<Line> to) throws IOException, InterruptedException {
        run(List.of("objdump", "-d", "-w", "-z", file.toString()), to);
    }

    static void range(Path file, long start, long stop, Consumer<Line> to) throws IOException, InterruptedException {
        run(List.of("objdump", "-d", "-w", "-z", "--start-address=" + start, "--stop-address=" + stop, file.toString()), to);
    }

    static List<Line> bytes(Path directory, byte[] code, long address) throws IOException, InterruptedException {
        Path file = Files.write(directory.resolve("code.bin"), code);
        List<Line> lines = new ArrayList<>();
        run(List.of("objdump", "-D", "-w", "-z", "-b", "binary", "-m", "i386:x86-64", "--adjust-vma=" + address, file.toString()),
                lines::add);
        return lines;
    }

    static void requireTool(String name) {
        boolean present = false;
        for (String directory : System.getenv("PATH").split(":")) {
            present |= Files.isExecutable(Path.of(directory, name));
        }
        if (!present) {
            System.out.println("SKIPPED: " + name + " is not on this machine");
        }
        Assumptions.assumeTrue(present, name + " is not on this machine");
    }

    private static void run(List<String> command, Consumer<Line> to) throws IOException, InterruptedException {
        requireTool("objdump");
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int first = line.indexOf(":\t");
                int second = line.indexOf('\t', first + 2);
                if (first > 0 && second > 0 && line.charAt(0) == ' ') {
                    int length = (line.substring(first + 2, second).trim().length() + 1) / 3;
                    to.accept(new Line(Long.parseUnsignedLong(line, line.lastIndexOf(' ', first) + 1, first, 16), length,
                            line.substring(second + 1).trim()));
                }
            }
        }
        process.waitFor();
    }
}
