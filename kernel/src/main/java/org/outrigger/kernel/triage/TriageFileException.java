package org.outrigger.kernel.triage;

/**
 * A triage file that cannot be used. The message is for the user and names the place, as compilers do:
 * {@code my.triage:3:8: unknown disposition "LINUX" ...}, or {@code my.triage: there is no such file}.
 */
public final class TriageFileException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String file;
    private final int line;
    private final int column;

    /** An error at a place in the file, both counted from 1; a tab is one column. */
    TriageFileException(String file, int line, int column, String problem) {
        super(file + ":" + line + ":" + column + ": " + problem);
        this.file = file;
        this.line = line;
        this.column = column;
    }

    /** An error of the file as a whole. */
    TriageFileException(String file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
        this.file = file;
        this.line = 0;
        this.column = 0;
    }

    /** The file as the user named it. */
    public String file() {
        return file;
    }

    /** The line, from 1; 0 where the whole file is at fault. */
    public int line() {
        return line;
    }

    /** The column of the word at fault, or of the place where one is missing, from 1; 0 where the whole file is at fault. */
    public int column() {
        return column;
    }
}
