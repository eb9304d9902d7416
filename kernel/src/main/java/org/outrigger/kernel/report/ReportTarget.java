package org.outrigger.kernel.report;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What stands behind the name of a report file, which decides how it can be written. */
sealed interface ReportTarget {

    /** As many symbolic links as Linux follows, see path_resolution(7). */
    int MAX_LINKS = 40;

    /** Standard output or standard error of this process, whatever they are: a socket cannot be opened by its name. */
    record Descriptor(FileDescriptor descriptor) implements ReportTarget {
        @SuppressWarnings("resource") // closing the stream would close the process's own descriptor
        void write(byte[] bytes) throws IOException {
            new FileOutputStream(descriptor).write(bytes);
        }
    }

    /** Something to open and write to: no regular file, or one that others hold open by a descriptor. */
    record Direct(Path path) implements ReportTarget { }

    /** A regular file, there already or not, free of symbolic links. */
    record Replaced(Path path) implements ReportTarget { }

    /**
     * Finds out. Links are followed by hand, for two reasons: a dangling one means the file that it points to, and one that
     * leads through {@code /proc/PID/fd} means an open descriptor, whose file must not be replaced under its other writers.
     *
     * @throws IOException if the name leads nowhere or to a directory
     */
    static ReportTarget of(Path file) throws IOException {
        Path path = file.toAbsolutePath();
        for (int links = 0; links <= MAX_LINKS; links++) {
            if (Files.isDirectory(path)) {
                throw new FileSystemException(path.toString(), null, "it is a directory");
            }
            Path folder = path.getParent().toRealPath();
            if (!Files.isDirectory(folder)) {
                throw new FileSystemException(path.toString(), null, folder + " is not a directory");
            }
            path = folder.resolve(path.getFileName());
            if (path.startsWith("/proc")) {
                return inProc(path);
            }
            if (!Files.isSymbolicLink(path)) {
                return Files.exists(path) && !Files.isRegularFile(path) ? new Direct(path) : new Replaced(path);
            }
            path = path.resolveSibling(Files.readSymbolicLink(path));
        }
        throw new FileSystemLoopException(file.toString());
    }

    private static ReportTarget inProc(Path path) {
        Path own = Path.of("/proc", Long.toString(ProcessHandle.current().pid()), "fd");
        if (path.equals(own.resolve("1"))) {
            return new Descriptor(FileDescriptor.out);
        }
        return path.equals(own.resolve("2")) ? new Descriptor(FileDescriptor.err) : new Direct(path);
    }
}
