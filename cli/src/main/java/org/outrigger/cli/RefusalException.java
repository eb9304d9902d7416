package org.outrigger.cli;

/** A command that cannot be carried out: the message for the user, without the tool's name, and the exit status. */
final class RefusalException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    /** What is asked for cannot be: exit status 125. */
    RefusalException(String message) {
        this(ExitStatus.LAUNCHER_ERROR, message);
    }

    RefusalException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
