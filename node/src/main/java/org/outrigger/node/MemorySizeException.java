package org.outrigger.node;

/** A size or a list of sizes that cannot be read, or that asks for what there is not; the message is for the user. */
public final class MemorySizeException extends Exception {
    private static final long serialVersionUID = 1L;

    MemorySizeException(String message) {
        super(message);
    }
}
