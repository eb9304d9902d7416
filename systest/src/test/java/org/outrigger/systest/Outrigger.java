package org.outrigger.systest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where the product under test lies, and the command lines that call it. */
final class Outrigger {

    private Outrigger() {
    }

    /**
     * The root of the repository: system property {@code outrigger.root}, else the first folder upwards that holds
     * {@code checkstyle.xml}.
     */
    static Path root() {
        String given = System.getProperty("outrigger.root");
        if (given != null && !given.isBlank()) {
            return Path.of(given).toAbsolutePath().normalize();
        }
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("checkstyle.xml"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IllegalStateException("run the tests inside the repository or set -Doutrigger.root");
        }
        return folder;
    }

    /** The launcher: property {@code outrigger.command}, variable {@code OUTRIGGER_COMMAND}, else the repository's own. */
    static String command() {
        String given = System.getProperty("outrigger.command");
        if (given == null || given.isBlank()) {
            given = System.getenv("OUTRIGGER_COMMAND");
        }
        return given == null || given.isBlank() ? root().resolve("outrigger").toString() : given;
    }

    /** {@code outrigger run [options] -- program [args]}. */
    static List<String> run(List<String> options, List<String> program) {
        List<String> line = new ArrayList<>();
        line.add(command());
        line.add("run");
        line.addAll(options);
        line.add("--");
        line.addAll(program);
        return line;
    }

    /** The same as one word list for a shell script to put before a command. */
    static String prefix(String... options) {
        return String.join(" ", run(List.of(options), List.of()));
    }
}
