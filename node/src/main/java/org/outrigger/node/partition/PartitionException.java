package org.outrigger.node.partition;

/** Why something about partitions cannot be; the message is for people. Nothing has been changed. */
public final class PartitionException extends Exception {
    private static final long serialVersionUID = 1;

    /** With a sentence that begins in lower case and has no full stop. */
    public PartitionException(String message) {
        super(message);
    }

    /** Likewise, with what it comes from. */
    public PartitionException(String message, Throwable cause) {
        super(message, cause);
    }
}
