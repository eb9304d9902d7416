package org.outrigger.node;

/** A name of CPUs that cannot be used: the message says what is wrong with it. */
public final class CpuNameException extends Exception {
    private static final long serialVersionUID = 1L;

    private final CpuListException.Problem problem;
    private final int column;

    /**
     * @param problem what is wrong
     * @param column  where in the name, from 1
     * @param message the same for people, without the column
     */
    public CpuNameException(CpuListException.Problem problem, int column, String message) {
        super(message);
        this.problem = problem;
        this.column = column;
    }

    /** What is wrong. */
    public CpuListException.Problem problem() {
        return problem;
    }

    /** Where in the name, from 1. */
    public int column() {
        return column;
    }
}
