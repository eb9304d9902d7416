package org.outrigger.abi;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The plain {@code #define NAME number} lines of a C header of this machine. */
final class SystemHeader {

    private static final Pattern DEFINE = Pattern.compile(
            "\\s*#\\s*define\\s+(\\w+)\\s+(0x[0-9a-fA-F]+|\\d+)(?:U|L|UL|ULL)?\\s*(/\\*.*)?");

    private SystemHeader() {
    }

    /** The definitions of one header; skips the calling test, saying so, where the machine lacks the header. */
    static Map<String, Long> read(String name) throws IOException {
        Path file = Path.of("/usr/include/x86_64-linux-gnu", name);
        if (!Files.exists(file)) {
            file = Path.of("/usr/include", name);
        }
        boolean present = Files.isReadable(file);
        if (!present) {
            System.out.println("skipped: this machine has no header " + name);
        }
        assumeTrue(present, "this machine has no header " + name);
        Map<String, Long> defined = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            Matcher define = DEFINE.matcher(line);
            if (define.matches()) {
                defined.put(define.group(1), Long.decode(define.group(2)));
            }
        }
        return defined;
    }
}
