package org.outrigger.node;

/** A choice of LWK and Linux cores that cannot be: they overlap, or one side is left without a CPU. */
public final class CoreSplitException extends Exception {
    private static final long serialVersionUID = 1L;

    CoreSplitException(String message) {
        super(message);
    }
}
