package org.outrigger.node;

/** A CPU list that cannot be used: the message says what is wrong and where, without the name of the option it came from. */
public final class CpuListException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is wrong with a list. */
    public enum Problem {
        /** The text breaks the grammar of {@link CpuList}. */
        MALFORMED,
        /** A CPU is named that this machine does not have, or that is offline. */
        ABSENT,
        /** A CPU is named that this process may not run on. */
        NOT_ALLOWED,
        /** The list is well formed and names no CPU. */
        EMPTY
    }

    private final Problem problem;
    private final int column;

    CpuListException(Problem problem, int column, String message) {
        super(message);
        this.problem = problem;
        this.column = column;
    }

    /** What is wrong. */
    public Problem problem() {
        return problem;
    }

    /** The column of the offending item, from 1; 0 when the whole list is at fault. */
    public int column() {
        return column;
    }
}
