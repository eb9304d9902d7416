package org.outrigger.node.partition;

import java.io.IOException;

/** A pool did not become as large as it was to be; it is as large as it was. */
final class ShortOfPagesException extends IOException {
    private static final long serialVersionUID = 1;

    private final String pool;
    private final long missing;

    /**
     * With what could be had.
     *
     * @param pool the file with the pool's size
     * @param had  how many pages could be added
     * @param all  how many were to be
     */
    ShortOfPagesException(String pool, long had, long all) {
        super("only " + had + " of " + all + " pages could be had: the memory is in use, or in pieces that are too small");
        this.pool = pool;
        this.missing = all - had;
    }

    /** The file with its size. */
    String pool() {
        return pool;
    }

    /** How many could not. */
    long missing() {
        return missing;
    }
}
