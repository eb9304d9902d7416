package org.outrigger.bench;

/** A launch that the benchmark wanted to measure did not come about. The message says which and why. */
final class LaunchFailure extends Exception {

    private static final long serialVersionUID = 1L;

    LaunchFailure(String message) {
        super(message);
    }

    LaunchFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
