package org.outrigger.cli;

/** A triage file that cannot be used: the message names the file and, where it applies, line and column. */
public final class TriageFileException extends Exception {
    private static final long serialVersionUID = 1L;

    /** With the message for the user. */
    public TriageFileException(String message) {
        super(message);
    }
}
