package org.outrigger.node.topology;

/** Fewer cores are free than are wanted: the message says how many there are. */
public final class ChoiceException extends Exception {
    private static final long serialVersionUID = 1L;

    ChoiceException(String message) {
        super(message);
    }
}
