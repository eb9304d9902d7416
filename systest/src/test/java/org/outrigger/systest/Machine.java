package org.outrigger.systest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;

/** What the machine offers to the tests, and which of the two profiles, quick or long, is on. */
final class Machine {

    private Machine() {
    }

    /** Whether the full lists are wanted: {@code -Doutrigger.long=true}. */
    static boolean longProfile() {
        return Boolean.getBoolean("outrigger.long");
    }

    /** The value for the profile that is on. */
    static int quickOrLong(int quick, int full) {
        return longProfile() ? full : quick;
    }

    /** The CPUs that this process may use, ascending (proc(5), Cpus_allowed_list). */
    static List<Integer> allowedCpus() {
        try {
            String line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(text -> text.startsWith("Cpus_allowed_list:")).findFirst().orElseThrow();
            List<Integer> cpus = new ArrayList<>();
            for (String range : line.substring(line.indexOf(':') + 1).strip().split(",")) {
                String[] ends = range.split("-");
                for (int cpu = Integer.parseInt(ends[0]); cpu <= Integer.parseInt(ends[ends.length - 1]); cpu++) {
                    cpus.add(cpu);
                }
            }
            return cpus;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The cores that a run takes by default as LWK cores: all allowed CPUs but the first, or the only one. */
    static List<Integer> defaultLwkCpus() {
        List<Integer> allowed = allowedCpus();
        return allowed.size() == 1 ? allowed : allowed.subList(1, allowed.size());
    }

    /** The full path of a program on PATH. */
    static Optional<Path> tool(String name) {
        return Stream.of(System.getenv("PATH").split(":")).map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable).findFirst();
    }

    /** Skips the test, saying why, unless every one of the programs is there. */
    static void needs(String... names) {
        for (String name : names) {
            skipUnless(tool(name).isPresent(), "the program " + name + " is missing (run tools/install-test-deps)");
        }
    }

    /** Skips the test unless the condition holds, and prints the reason. */
    static void skipUnless(boolean condition, String reason) {
        if (!condition) {
            System.err.println("SKIPPED: " + reason);
        }
        Assumptions.assumeTrue(condition, reason);
    }

    /** The Java homes under /usr/lib/jvm that hold a {@code java}, links resolved. */
    static List<Path> javaHomes() {
        Path folder = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(home -> Files.isExecutable(home.resolve("bin/java")))
                .map(Machine::resolved).distinct().sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path resolved(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
