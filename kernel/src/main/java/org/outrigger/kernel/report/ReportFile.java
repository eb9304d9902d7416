package org.outrigger.kernel.report;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The file a report goes to: JSON if its name ends in {@code .json}, text otherwise.
 *
 * <p>A regular file is replaced in one step, so that a reader sees the old report or the new one, never half of one. What is
 * no regular file (a terminal, a pipe, {@code /dev/stderr}) is written to directly; a named pipe waits for its reader.
 */
public final class ReportFile {

    private final Path file;

    private ReportFile(Path file) {
        this.file = file;
    }

    /**
     * Names the file; nothing is looked at yet.
     *
     * @param file absolute, or relative to the working directory; symbolic links are followed
     * @return the report file
     */
    public static ReportFile at(Path file) {
        return new ReportFile(file);
    }

    /**
     * Looks whether the file can be written, so that a job need not run first to find out. Leaves no trace.
     *
     * @throws ReportException if it cannot
     */
    public void check() throws ReportException {
        try {
            switch (ReportTarget.of(file)) {
                case ReportTarget.Descriptor descriptor -> { /* open already */ }
                case ReportTarget.Direct(Path path) -> requireWritable(path);
                case ReportTarget.Replaced(Path path) -> {
                    requireWritable(path.getParent());
                    if (Files.exists(path)) {
                        requireWritable(path);
                    }
                }
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /**
     * Writes a report.
     *
     * @param report the report
     * @throws ReportException if the file cannot be written; a regular file is then as it was
     */
    public void write(JobReport report) throws ReportException {
        check();
        boolean json = file.toString().endsWith(".json");
        String text = json ? ReportJson.render(report) : ReportText.render(report);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try {
            switch (ReportTarget.of(file)) {
                case ReportTarget.Descriptor descriptor -> descriptor.write(bytes);
                case ReportTarget.Direct(Path path) -> append(path, bytes);
                case ReportTarget.Replaced(Path path) -> replace(path, bytes);
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Appends, because what lies behind a name in /proc may be a file that the program has written to. */
    private static void append(Path path, byte[] bytes) throws IOException {
        try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            out.write(bytes);
        }
    }

    private static void replace(Path path, byte[] bytes) throws IOException {
        Path beside = path.resolveSibling(
                "." + path.getFileName() + "." + ProcessHandle.current().pid() + "-" + System.nanoTime());
        try {
            Files.write(beside, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (Files.exists(path)) {
                Files.setPosixFilePermissions(beside, Files.getPosixFilePermissions(path));
            }
            Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static void requireWritable(Path path) throws IOException {
        if (!Files.isWritable(path)) {
            throw new FileSystemException(path.toString(), null, path + " is not writable");
        }
    }

    private ReportException failure(IOException cause) {
        String reason = switch (cause) {
            case AccessDeniedException e -> "permission denied";
            case NoSuchFileException e -> e.getFile() + " does not exist";
            case FileSystemException e when e.getReason() != null -> e.getReason();
            default -> cause.getMessage();
        };
        return new ReportException("cannot write the report to " + Printable.text(file.toString()) + ": "
                + Printable.text(String.valueOf(reason)), cause);
    }
}
