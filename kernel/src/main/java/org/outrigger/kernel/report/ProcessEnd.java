package org.outrigger.kernel.report;

/** How a process ended, as far as the LWK knows. */
public sealed interface ProcessEnd {

    /**
     * It called exit.
     *
     * @param status 0 to 255
     */
    record Exited(int status) implements ProcessEnd { }

    /**
     * A signal ended it.
     *
     * @param signal number of the signal, see signal(7)
     */
    record Killed(int signal) implements ProcessEnd { }

    /** It was still running when the job ended and goes on under plain Linux. */
    record HandedToLinux() implements ProcessEnd { }

    /** It is gone, and nothing told the LWK how. */
    record Unknown() implements ProcessEnd { }
}
