package org.outrigger.cli;

import java.nio.file.Path;
import java.util.Optional;

/** The triage table as this command line shows it. */
public interface TriageView {

    /**
     * The table for people, lines ending in newlines.
     *
     * @param file a file whose lines override the built-in ones
     * @throws TriageFileException when the file cannot be read or is wrong
     */
    String text(Optional<Path> file) throws TriageFileException;

    /**
     * The table as one JSON document.
     *
     * @param file a file whose lines override the built-in ones
     * @throws TriageFileException when the file cannot be read or is wrong
     */
    String json(Optional<Path> file) throws TriageFileException;

    /**
     * Refuses a file that could not be used, before anything is started with it.
     *
     * @throws TriageFileException when the file cannot be read or is wrong
     */
    void check(Path file) throws TriageFileException;
}
