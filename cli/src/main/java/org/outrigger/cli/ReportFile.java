package org.outrigger.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where a report is to go: refused before the run rather than after it. */
final class ReportFile {
    private ReportFile() {
    }

    /**
     * Why a report could not be written to the file, or null when it could. The file is neither made nor truncated.
     *
     * @param file absolute
     */
    static String obstacle(Path file) {
        if (Files.exists(file)) {
            if (Files.isDirectory(file)) {
                return "is a directory";
            }
            return Files.isWritable(file) ? null : "is not writable";
        }
        if (Files.isSymbolicLink(file)) {
            return "is a symbolic link to nothing";
        }
        Path directory = file.getParent();
        if (!Files.exists(directory)) {
            return "the directory does not exist";
        }
        if (!Files.isDirectory(directory)) {
            return directory + " is not a directory";
        }
        return Files.isWritable(directory) ? null : "the directory is not writable";
    }
}
