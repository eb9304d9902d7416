package org.outrigger.lab.environment;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads files of procfs and sysfs. */
public final class KernelFile {
    private static final int MOST = 1 << 20;

    private KernelFile() {
    }

    /**
     * The text of a file, without blanks around it. It is read in one go: a number under {@code /proc/sys} ends after the first
     * read, however little that has asked for, and {@link Files#readString} asks for a single byte where a file tells no size.
     */
    public static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MOST), StandardCharsets.UTF_8).strip();
        }
    }
}
