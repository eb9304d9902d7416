package org.outrigger.cli;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.outrigger.lab.html.Page;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The option {@code --html}: the file that a measurement's page with pictures goes to. */
final class HtmlFile {
    static final String OPTION = "--html";

    private HtmlFile() {
    }

    /** The option, for a command that measures. */
    static OptionSpec option() {
        return Grammar.choice("FILE", OPTION, "Write one HTML file with pictures, for browsers and for print, too.",
                "Default: no file.")
                .build();
    }

    /**
     * The file that the user names, if any.
     *
     * @throws RefusalException when it cannot be written
     */
    static Optional<Path> of(ParseResult arguments, Path workingDirectory) throws RefusalException {
        if (!arguments.hasMatchedOption(OPTION)) {
            return Optional.empty();
        }
        String name = arguments.matchedOption(OPTION).getValue();
        Path file;
        try {
            file = name.isEmpty() || name.indexOf(ProgramCheck.UNDECODABLE) >= 0 ? null : workingDirectory.resolve(name);
        } catch (InvalidPathException unmappable) {
            file = null;
        }
        if (file == null) {
            throw new RefusalException(OPTION + ": '" + name + "' is no name of a file");
        }
        String obstacle = ReportFile.obstacle(file);
        if (obstacle != null) {
            throw new RefusalException(OPTION + ": cannot write to '" + name + "': " + obstacle);
        }
        return Optional.of(file);
    }

    /**
     * Writes a page.
     *
     * @throws RefusalException when that fails after all
     */
    static void write(Path file, Page page) throws RefusalException {
        try {
            page.write(file);
        } catch (IOException full) {
            throw new RefusalException(ExitStatus.BENCHMARK_FAILED, "cannot write '" + file + "': " + full.getMessage());
        }
    }
}
