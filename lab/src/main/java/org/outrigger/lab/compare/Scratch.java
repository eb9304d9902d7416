package org.outrigger.lab.compare;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.arms.Journal;

/** The folder where runs leave their figures and their output. It goes away with this process, however that ends. */
final class Scratch implements AutoCloseable {
    /** How much of an output is read, from its end. */
    private static final int MOST = 1 << 20;

    private final Journal journal;
    private final Path folder;

    private Scratch(Journal journal, Path folder) {
        this.journal = journal;
        this.folder = folder;
    }

    static Scratch make(Ground ground) throws IOException {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"),
                "outrigger-compare-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
        Journal journal = Journal.open(ground);
        try {
            journal.willRemoveTree(folder);
            Files.createDirectory(folder);
        } catch (IOException full) {
            journal.close();
            throw full;
        }
        return new Scratch(journal, folder);
    }

    /** A file of that name, which is not there yet. */
    Path fresh(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.deleteIfExists(file);
        return file;
    }

    /** A line that something was to write; empty where it has not. */
    static Optional<String> line(Path file) throws IOException {
        String text = Files.exists(file) ? Files.readString(file, StandardCharsets.US_ASCII) : "";
        return text.endsWith("\n") ? Optional.of(text.strip()) : Optional.empty();
    }

    /** An output, or the last MiB of it; bytes that are no UTF-8 are replaced. */
    static String end(Path file) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(Math.max(0, in.length() - MOST));
            byte[] bytes = new byte[(int) Math.min(MOST, in.length())];
            in.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
