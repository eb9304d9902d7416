package org.outrigger.bench;

/** A program for the tests to watch: a JVM that does nothing for a moment. */
final class IdleJvm {

    private IdleJvm() { }

    public static void main(String[] args) throws InterruptedException {
        Thread.sleep(500);
    }
}
