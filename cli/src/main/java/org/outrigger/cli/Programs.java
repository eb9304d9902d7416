package org.outrigger.cli;

import java.nio.file.Path;

/** Native programs of the laboratory, which lie beside the jar that this code comes from. */
final class Programs {
    private Programs() {
    }

    /** The file of a program; it need not exist. */
    static Path of(String name) {
        // The script starts the JVM with .../cli/target/outrigger.jar as its whole class path.
        Path jar = Path.of(System.getProperty("java.class.path")).toAbsolutePath();
        Path home = jar.getNameCount() > 2 ? jar.getParent().getParent().getParent() : jar;
        return home.resolve("lab/target").resolve(name);
    }
}
