package org.outrigger.lab.arms;

/** An arm or a load cannot be made ready, cannot be measured, or has ended: the message says which and why. */
public final class ArmFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** With the message for the user. */
    public ArmFailedException(String message) {
        super(message);
    }
}
