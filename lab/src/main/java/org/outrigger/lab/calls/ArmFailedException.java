package org.outrigger.lab.calls;

/** An arm cannot be measured or has ended: the message says which and why. */
public final class ArmFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    ArmFailedException(String message) {
        super(message);
    }
}
